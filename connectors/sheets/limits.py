"""How large a file may be, and what the child that reads it may use. Imports nothing: the child starts with it."""

MEGABYTE = 1024 * 1024

MAX_FILE_BYTES = 50 * MEGABYTE  # 200,000 rows of 30 columns are about 40 MB as .csv, less as .xlsx
MAX_EXPANDED_BYTES = 500 * MEGABYTE  # the same rows as the XML inside an .xlsx are about 250 MB
SUSPECT_EXPANSION = 100  # real workbooks expand 5 to 30 times; a bomb expands 1,000 times
SUSPECT_FROM_BYTES = 20 * MEGABYTE  # below this an expansion harms nobody, whatever its ratio
MAX_ROWS = 201_000  # 200,000 rows of data, and room for titles
MAX_COLUMNS = 256  # Jira exports with many repeated headers reach about 200
MAX_CELLS = 8_000_000  # the grid is kept dense: one cell far out costs as much as all cells before it
MAX_SHEETS = 100
MAX_CELL_CHARACTERS = 1_000_000  # Excel ends a cell at 32,767; a CSV's description may be longer

MAX_MEMORY_BYTES = (
    2048 * MEGABYTE
)  # measured: 150,000 rows of 30 numbers need 0.7 GB in .xlsx, 200,000 of text 0.5 GB in .csv
MAX_OUTPUT_BYTES = 600 * MEGABYTE
MAX_CPU_SECONDS = 60  # 50,000 x 10 takes about one
MAX_WALL_SECONDS = 120.0  # twice the CPU time: the machine may be busy
