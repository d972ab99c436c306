"""The rules of our own HTML (classes `fn-…`), and the few that quiet Streamlit's frame. Colours come as variables."""

RULES = """
:where(.stHtml) :is(h1,h2,h3,p){margin:0;padding:0;color:inherit}
.stHtml .fn-row h3,.stHtml h1.fn-head,.stHtml h2.fn-title,.stHtml .fn-screen h2{padding:0;margin:0}
.stHtml{overflow-wrap:break-word}
.fn-muted{color:var(--fn-muted)}
.fn-head{font-size:2rem;line-height:1.22;font-weight:700;letter-spacing:-.01em;max-width:60rem;text-wrap:pretty}
.fn-head[lang=zh]{letter-spacing:0;line-height:1.35}
.stHtml .fn-sub{color:var(--fn-muted);font-size:.95rem;line-height:1.5;margin-top:-.6rem}
.fn-title{font-size:1.05rem;font-weight:650;line-height:1.3}
.fn-title small{font-size:.9rem;font-weight:400;color:var(--fn-muted);margin-left:.4rem}
.fn-subtitle{color:var(--fn-muted);font-size:.88rem;margin-top:.1rem}
.fn-badge{display:inline-block;padding:.08rem .5rem;border-radius:6px;font-size:.86rem;line-height:1.5;white-space:nowrap}
.fn-row{display:flex;justify-content:space-between;align-items:flex-start;gap:.75rem}
.fn-row h3{font-size:1.05rem;line-height:1.35;font-weight:650;overflow-wrap:anywhere}
.fn-row h3 a{color:inherit;text-decoration:none}.fn-row h3 a:hover{text-decoration:underline}
.fn-base{align-items:baseline;flex-wrap:wrap;row-gap:0}
.fn-big{font-size:1.9rem;line-height:1.25;font-weight:700;font-variant-numeric:tabular-nums}
.fn-cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19.5rem),1fr));gap:1rem}
.fn-cards:has(>:nth-child(4):last-child){grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr))}
.fn-card{border:1px solid var(--fn-line);border-radius:12px;background:var(--fn-panel);padding:1rem 1.1rem;
 display:flex;flex-direction:column;gap:.3rem;min-width:0;color:var(--fn-ink)}
.fn-card p{font-size:.9rem;line-height:1.5}.fn-card p.fn-muted{margin-top:.25rem}
.fn-alarm{border-color:var(--fn-not_completed);background:color-mix(in srgb,var(--fn-not_completed) 6%,var(--fn-panel))}
.fn-tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(46%,11rem),1fr));gap:.9rem}
.fn-tile{gap:0;text-decoration:none!important}.fn-tile>span:first-child{font-size:.92rem}
.fn-tile small{font-size:.85rem;line-height:1.45}
a.fn-tile:hover{border-color:var(--fn-accent)}
.fn-spark{position:relative;margin:.55rem 6px .35rem 0}
.fn-spark img{display:block;width:100%;height:100%}
.fn-spark span{position:absolute;font-size:.8rem;line-height:1.2;white-space:nowrap;
 text-shadow:0 0 3px var(--fn-panel),0 0 3px var(--fn-panel),0 0 3px var(--fn-panel)}
.fn-dot{position:absolute;width:9px;height:9px;border-radius:50%;transform:translate(-50%,-50%)}
.fn-strip{display:grid;grid-template-columns:minmax(5.5rem,7.5rem) 1fr minmax(4.2rem,auto);gap:.8rem;align-items:center;
 padding:.5rem 0}
.fn-strip>span:first-child{font-size:.92rem}.fn-strip .fn-spark{margin:0}
.fn-strip-value{display:flex;flex-direction:column;line-height:1.25;font-variant-numeric:tabular-nums}
.fn-strip-value small{font-size:.82rem}
.fn-table-box{overflow-x:auto;max-height:46rem;overflow-y:auto}
.fn-table-box:where(:not(:has(tbody>tr:nth-child(21)))){max-height:none}
.fn-table-box:focus-visible,.fn-counted summary:focus-visible,.fn-as-table summary:focus-visible,.stHtml a:focus-visible
 {outline:2px solid var(--fn-accent);outline-offset:2px;border-radius:4px}
.fn-table{border-collapse:collapse;width:100%;font-size:.94rem;line-height:1.4}
.fn-table th{position:sticky;top:0;background:var(--fn-panel);text-align:left;font-weight:400;color:var(--fn-muted);
 padding:.45rem .5rem;border-bottom:1px solid var(--fn-line);white-space:nowrap;z-index:1}
.fn-table td{padding:.5rem;border-bottom:1px solid var(--fn-line);vertical-align:top;overflow-wrap:anywhere;
 border-left:0;border-right:0;border-top:0}
.fn-table th{border-left:0;border-right:0;border-top:0}
.fn-table tr:hover td{background:color-mix(in srgb,var(--fn-accent) 4%,transparent)}
.fn-table .fn-n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.fn-table .fn-q{color:var(--fn-muted);font-size:.9rem}.fn-table .fn-w{white-space:nowrap}
.fn-table-end{color:var(--fn-muted);font-size:.88rem;padding:.5rem}
.fn-counted,.fn-as-table{font-size:.88rem;color:var(--fn-muted)}
.fn-counted{border-top:1px dashed var(--fn-faint);padding-top:.7rem;margin-top:.4rem}
.fn-counted summary,.fn-as-table summary{cursor:pointer;line-height:1.5}
.fn-counted summary:hover,.fn-as-table summary:hover{color:var(--fn-ink)}
.fn-counted dl{display:grid;grid-template-columns:auto 1fr;gap:.35rem .9rem;margin:.7rem 0 0;max-width:64rem;padding-left:0}
.fn-counted dt{font-weight:650;color:var(--fn-ink);margin:0}.fn-counted dd{margin:0;line-height:1.5}
.fn-roles{display:grid;grid-template-columns:auto 1fr;gap:.3rem .9rem;margin:.2rem 0;font-size:.94rem}
.stHtml .fn-roles,.stHtml .fn-proof{padding-left:0}.fn-roles dt,.fn-roles dd{margin:0;padding:0;line-height:1.5}.fn-whole .fn-table-box{max-height:none!important}
.st-key-audit-entries .fn-table td:is(:nth-child(3),:nth-child(4)){overflow-wrap:break-word}
.fn-link{font-family:monospace;overflow-wrap:anywhere;user-select:all;padding:.6rem .8rem;border:1px solid var(--fn-line);
 border-radius:8px}
.fn-proof{display:grid;grid-template-columns:auto 1fr;gap:.35rem .9rem;margin:.2rem 0;max-width:64rem}
.fn-proof dt{color:var(--fn-muted);margin:0}.fn-proof dd{margin:0;font-family:monospace;overflow-wrap:anywhere}
.fn-open summary{cursor:pointer;list-style-position:inside}.fn-open summary:hover{color:var(--fn-ink)}
.fn-open summary:focus-visible{outline:2px solid var(--fn-accent);outline-offset:2px;border-radius:4px}
.fn-open ol{list-style:none;margin:.5rem 0 .2rem;padding:0 0 0 .8rem;border-left:2px solid var(--fn-line)}
.fn-open li{margin:.3rem 0;line-height:1.4}.fn-open li b{color:var(--fn-ink);font-weight:600}
.fn-open li span{white-space:nowrap;font-variant-numeric:tabular-nums}
.fn-as-table .fn-table-box{margin-top:.5rem;max-height:22rem;color:var(--fn-ink)}
.fn-screen{border:1px solid var(--fn-line);border-radius:12px;padding:2rem 2.2rem;max-width:46rem;background:var(--fn-panel)}
.fn-screen h2{font-size:1.35rem;line-height:1.35;font-weight:700;margin-bottom:.4rem}
.fn-screen p{line-height:1.55;margin-top:.35rem}.fn-screen ol{margin:.8rem 0 0;padding-left:1.3rem}
.fn-screen li{margin:.35rem 0;line-height:1.5}.fn-screen code{font-size:.9em;overflow-wrap:anywhere}
.fn-screen.fn-empty{border-style:dashed}
.fn-screen.fn-failed{border-left:4px solid var(--fn-not_completed)}
.fn-line{border-left:4px solid var(--fn-added);padding:.45rem .9rem;font-size:.93rem;line-height:1.5;
 background:color-mix(in srgb,var(--fn-added) 9%,transparent);border-radius:0 8px 8px 0}
.fn-zero{font-size:.95rem;color:var(--fn-muted);padding:.6rem 0}.fn-zero b{color:var(--fn-ink)}
.fn-facts{color:var(--fn-muted);font-size:.88rem;line-height:1.75}
.fn-facts a{color:var(--fn-muted);text-decoration:none}.fn-facts a:hover{color:var(--fn-ink);text-decoration:underline}
.fn-facts b{color:var(--fn-ink)}
.fn-files{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,11.5rem),1fr));gap:.8rem;
 margin:.3rem 0 .6rem}.stHtml ul.fn-files{padding-left:0}
.fn-files li{margin:0;min-width:0;display:flex;flex-direction:column;gap:.15rem;line-height:1.4}
.fn-files a{display:flex;flex-direction:column;gap:.35rem;text-decoration:none;border-radius:8px}
.stHtml .fn-files a,.stHtml .fn-files a:visited{color:var(--fn-t-accent)}.fn-files a:hover span{text-decoration:underline}
.fn-files a:focus-visible{outline:2px solid var(--fn-accent);outline-offset:2px}
.fn-files :is(img,i){width:100%;height:8rem;border:1px solid var(--fn-line);border-radius:8px;background:var(--fn-sidebar)}
.fn-files img{object-fit:contain}
.fn-files i{display:grid;place-items:center;font-style:normal;font-weight:650;letter-spacing:.06em;color:var(--fn-muted)}
.fn-files span{font-size:.92rem;overflow-wrap:anywhere}.fn-files small{font-size:.84rem;color:var(--fn-muted)}
.stHtml a.fn-door,.stHtml a.fn-door:visited{color:var(--fn-t-accent)}
.fn-caption{text-align:center;color:var(--fn-muted);font-size:.9rem}
.fn-crumb{display:none;color:var(--fn-muted);font-size:.86rem}
.fn-sample{font-size:.9rem;line-height:1.45}
[data-testid=stSidebarHeader]{margin-bottom:0}
[data-testid=stSidebarLogo],[data-testid=stHeaderLogo]{height:1.35rem}
:has(>[data-testid=stSidebarLogo]),:has(>[data-testid=stHeaderLogo]){display:flex;align-items:center;white-space:nowrap;flex:none;
 max-width:none}
[data-testid=stSidebarHeader] :has(>[data-testid=stSidebarLogo]):after,:has(>[data-testid=stHeaderLogo]):after
 {content:"Fortnight 双周";font-size:1.28rem;font-weight:700;margin-left:.4rem;white-space:nowrap;color:var(--fn-ink);
 line-height:1.35rem}
[data-testid=stSidebar] .stVerticalBlock{gap:.1rem}
.st-key-shell-findings a>:first-child:not(:last-child){display:none}
.st-key-shell-findings [data-testid=stPageLink] a{padding:0!important;min-height:0!important}
.st-key-shell-findings p{font-size:.88rem;color:var(--fn-muted)}
.st-key-shell-findings a,.st-key-shell-findings a:hover{background:transparent!important}.st-key-shell-findings a:hover p{color:var(--fn-ink);text-decoration:underline}
.st-key-shell-language{margin-top:.7rem}
:is([data-testid=stBaseButton-primary],[data-testid=stBaseButton-primaryFormSubmit]):not(:disabled),
:is([data-testid=stBaseButton-primary],[data-testid=stBaseButton-primaryFormSubmit]):not(:disabled) p{color:light-dark(#fff,var(--fn-paper))}
[data-testid=stElementToolbar]{display:none}
.st-key-shell-sample{background:color-mix(in srgb,var(--fn-added) 10%,transparent);border-radius:8px;padding:.3rem .9rem}
.st-key-shell-sample button p{text-decoration:underline;text-underline-offset:3px}
@media (min-width:641px){[data-testid=stSidebar]{min-width:244px!important;max-width:244px!important}
[data-testid=stSidebar][aria-expanded=false]{min-width:0!important}
[data-testid=stMainBlockContainer]{padding-left:2.6rem;padding-right:2.6rem;max-width:92rem}}
@media (max-width:640px){.st-key-churn-bars-wide .textpoint,.st-key-burnup-wide .xtick:nth-child(even){display:none}
.fn-files{grid-template-columns:repeat(2,minmax(0,1fr))}.fn-files :is(img,i){height:6.5rem}
.fn-crumb{display:block}.fn-head{font-size:1.5rem;line-height:1.3}
[data-testid=stMainBlockContainer]{padding-left:1rem;padding-right:1rem}
.fn-screen{padding:1.2rem}
.fn-tile .fn-big{font-size:1.45rem;line-height:1.35}.fn-tile{padding:.8rem .9rem}
.fn-tile:last-child:nth-child(odd){grid-column:1/-1}
.fn-table-box{max-height:none;overflow:visible}
.fn-table thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.fn-table,.fn-table tbody,.fn-table tr,.fn-table td{display:block}
.fn-table tr{border-bottom:1px solid var(--fn-line);padding:.55rem 0}
.fn-table td{border:0;padding:.1rem 0;display:flex;gap:.6rem;text-align:left!important}
.fn-table td[data-label]:before{content:attr(data-label);color:var(--fn-muted);flex:0 0 6.2rem;font-size:.88rem;white-space:normal}
.fn-table td.fn-lead:before{content:none}.fn-table td:empty{display:none}
}
@media print{[data-testid=stSidebar],.st-key-shell-sample,.stButton{display:none!important}.fn-table-box{max-height:none}}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important}}
"""
