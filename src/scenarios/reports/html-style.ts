/** Look of the HTML report: light and dark, wide, narrow and on paper. Names no font and fetches nothing. */
export const HTML_STYLE = `
:root{color-scheme:light dark;--bg:#f6f6f3;--card:#fff;--ink:#1b2026;--soft:#56606b;--line:#dadfe4;--grid:#e9ecef;
--wire:#2b5f9e;--user:#6b3fa0;--good:#18693a;--bad:#b3261e;--fault:#805200;--late:#b3261e17;--bar:#a9b6c4;--hatch:#8b96a333;
--label:6.5rem;--gap:1.25rem}
@media (prefers-color-scheme:dark){:root{--bg:#121518;--card:#1b1f24;--ink:#e8ebee;--soft:#a9b3bd;--line:#363e47;--grid:#262c33;
--wire:#8fbcff;--user:#caa8ff;--good:#7fdc9f;--bad:#ff9188;--fault:#f0c068;--late:#ff918820;--bar:#5c6a79;--hatch:#a9b3bd2b}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:74rem;margin:0 auto;padding:0 var(--gap)}
header{padding-top:1.75rem}
h1{font-size:1.75rem;line-height:1.2;margin:.2rem 0 .6rem;text-wrap:balance}
h2{font-size:1.15rem;margin:0 0 .75rem}
h3{font-size:1rem;margin:0 0 .4rem}
h4{font-size:.8rem;margin:.9rem 0 .25rem;color:var(--soft);font-weight:600;text-transform:uppercase;letter-spacing:.04em}
p{margin:.4rem 0;max-width:48rem}
a{color:inherit}
:focus-visible{outline:3px solid var(--wire);outline-offset:2px}
code,.number{font-family:ui-monospace,monospace;font-size:.9em;font-variant-numeric:tabular-nums}
.eyebrow{display:flex;flex-wrap:wrap;gap:.4rem .9rem;align-items:center;color:var(--soft);margin:0}
.badge{border-radius:1rem;padding:.1rem .75rem;font-weight:600;font-size:.85rem;border:1.5px solid currentColor}
.badge.good,.good-text{color:var(--good)}.badge.bad,.bad-text{color:var(--bad)}.badge.plain{color:var(--soft)}
.story{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.1rem var(--gap);margin:1.1rem 0}
.lead{border-left:.4rem solid var(--bad)}.lead.calm{border-left-color:var(--good)}.lead.unsure{border-left-color:var(--soft)}
.lead .says{font-size:1.15rem;max-width:56rem}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 2.25rem;margin:.9rem 0 0}
.facts div{min-width:7rem}.facts dt{font-size:.8rem;color:var(--soft)}.facts dd{margin:0;font-weight:600}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-100vw}.skip:focus{position:static}
.note{font-size:.85rem;color:var(--soft)}
ul{margin:.2rem 0;padding-left:1.2rem}li{margin:.15rem 0}
.scroll{overflow-x:auto;padding-bottom:.25rem}
.plot{position:relative;margin:0;min-width:var(--room,0)}
.behind{position:absolute;inset:0 0 0 var(--label);pointer-events:none}
.behind>*{position:absolute;top:0;bottom:0}
.tick-line{border-left:1px solid var(--grid)}
.fold{width:.7rem;margin-left:-.35rem;background:repeating-linear-gradient(135deg,var(--hatch) 0 2px,transparent 2px 5px)}
.late{background:var(--late);font:600 .75rem/1.3 system-ui,sans-serif;color:var(--bad);text-align:center}.late b{position:absolute;bottom:0;left:0;right:0}
.fired-line{border-left:2px dashed var(--bad);margin-left:-1px}
.axis{position:relative;margin-left:var(--label);height:3.9rem;font-size:.75rem;border-bottom:1px solid var(--line)}
.axis span{position:absolute;white-space:nowrap;transform:translateX(-50%)}
.axis .start{transform:none}.axis .end{transform:translateX(-100%)}
.axis .flag{top:0;color:var(--card);background:var(--bad);font-weight:600;border-radius:.3rem;padding:0 .4rem}
.axis .tick{top:1.45rem;font-variant-numeric:tabular-nums}
.axis .pause{top:2.6rem;color:var(--soft);font-style:italic}
.lanes{list-style:none;margin:0;padding:0;position:relative}
.lane{display:grid;grid-template-columns:var(--label) minmax(0,1fr);margin:0;border-bottom:1px solid var(--line);padding:.3rem 0}
.lane h3{margin:0;font-size:.9rem;line-height:1.6rem;overflow:hidden;text-overflow:ellipsis}
.lane h3,.timer .name,.axis .tick,.axis .pause{text-shadow:0 0 2px var(--card),0 0 2px var(--card),0 0 3px var(--card),0 0 4px var(--card)}
.track{position:relative;min-width:0}
.marks{position:relative;height:1.6rem}
.mark{position:absolute;top:.8rem;width:1.05rem;height:1.05rem;transform:translate(-50%,-50%);border-radius:50%;background:var(--tone);
border:2px solid var(--card);color:var(--card);font:700 .75rem/.82rem system-ui,sans-serif;text-align:center;text-decoration:none;overflow:hidden}
.mark:hover,.mark:focus-visible{z-index:2;box-shadow:0 0 0 2px var(--ink)}
.wire{--tone:var(--wire)}.user{--tone:var(--user)}.good{--tone:var(--good)}.bad{--tone:var(--bad)}.fault{--tone:var(--fault)}
.mark.wire{width:.75rem;height:.75rem;background:var(--card);border-color:var(--tone)}
.mark.user{border-radius:.2rem;width:.85rem;height:.85rem;transform:translate(-50%,-50%) rotate(45deg)}
.mark.bad{border-radius:.25rem}.mark.fault{border-radius:.25rem}
.timer{position:relative;height:1.75rem;font-size:.75rem}
.timer .name{position:absolute;top:0;line-height:1.1rem;white-space:nowrap;color:var(--soft);max-width:100%;overflow:hidden;text-overflow:ellipsis}
.timer.decided .name{color:var(--bad);font-weight:700}
.bar,.slack{position:absolute;top:1.15rem;height:.42rem}
.bar{background:var(--bar);border-radius:.21rem;min-width:.3rem}
.bar.fired{background:var(--bad)}
.bar.fired::after{content:"";position:absolute;right:-.3rem;top:-.2rem;border:.41rem solid transparent;border-left-color:var(--bad);border-right:0}
.bar.deciding{height:.62rem;top:1.05rem}.bar.deciding::after{top:-.1rem}
.bar.pending{background:linear-gradient(90deg,var(--bar) 40%,transparent)}
.slack{top:1.34rem;height:0;border-top:1.5px dotted var(--bar)}
.spans-row{position:relative;height:1.65rem}
.span{position:absolute;top:.15rem;height:1.35rem;border-radius:.3rem;border:1.5px solid var(--tone);color:var(--tone);background:var(--card);
font-size:.75rem;line-height:1.15rem;padding:0 .35rem;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;text-decoration:none}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;margin:.8rem 0 0;font-size:.85rem;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:.45rem;margin:0}.legend .mark{position:static;transform:none;display:inline-block}
.legend .mark.user{transform:rotate(45deg)}.legend .bar{position:static;width:1.6rem;margin-right:.2rem}.legend .bar.fired{position:relative;top:0;height:.42rem}
.legend .fold{position:static;height:1.1rem;margin:0}
.screens{list-style:none;padding:0;margin:0;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,14rem),1fr))}
.screen{border:1px solid var(--line);border-top:.3rem solid var(--tone);border-radius:.5rem;padding:.55rem .8rem .7rem;margin:0}
.screen .where{display:flex;justify-content:space-between;gap:.5rem;font-size:.8rem;color:var(--soft)}
.screen blockquote{margin:.3rem 0 0;font-size:1.02rem}
.screen .tone{width:auto;font-size:.8rem;font-weight:600;color:var(--tone)}
.columns{display:grid;gap:0 2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
.account{border-left:.3rem solid var(--tone);padding-left:.9rem;margin:0 0 1.4rem}.account:last-child{margin-bottom:0}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.35rem}
th,td{text-align:left;vertical-align:top;padding:.28rem .6rem .28rem 0;border-bottom:1px solid var(--grid)}
thead th{font-size:.8rem;color:var(--soft);border-bottom-color:var(--line)}
.number{white-space:nowrap;text-align:right;padding-right:.9rem}
.whole{white-space:nowrap}.narrow-only{display:none;color:var(--soft)}
tr:target{background:var(--late);outline:2px solid var(--bad)}
.tone{width:1.2rem}td.tone{color:var(--tone);font-weight:700}tr.told td{color:var(--tone)}
details>summary{cursor:pointer;font-size:1.15rem;font-weight:600}details[open]>summary{margin-bottom:.75rem}
.again{display:block;background:var(--bg);border:1px solid var(--line);border-radius:.4rem;padding:.55rem .8rem;white-space:pre-wrap}
footer{color:var(--soft);font-size:.85rem;padding-bottom:2rem}
@media (max-width:44rem){:root{--label:0rem;--gap:.85rem}
.facts{display:grid;grid-template-columns:1fr 1fr;gap:.6rem 1rem}.facts div{min-width:0}
h1{font-size:1.4rem}.lead .says{font-size:1.05rem}.minor,.wide-only{display:none}.narrow-only{display:block}
.axis{height:4rem;font-size:.7rem}.lane{grid-template-columns:minmax(0,1fr)}.lane h3{line-height:1.3rem;font-size:.8rem;color:var(--soft)}
.mark{width:.9rem;height:.9rem;line-height:.65rem;font-size:.65rem}.mark.wire{width:.6rem;height:.6rem}.mark.user{width:.7rem;height:.7rem}
.timer,.span{font-size:.7rem}th,td{padding-right:.4rem;font-size:.85rem}.number{padding-right:.5rem;font-size:.8rem}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--grid:#ddd;--wire:#2b5f9e;--user:#6b3fa0;
--good:#18693a;--bad:#b3261e;--fault:#805200;--late:#b3261e17;--bar:#a9b6c4;--hatch:#8b96a333}
body{font-size:10pt}.card{break-inside:avoid;border-color:#bbb}.card.long{break-inside:auto}.skip{display:none}tr{break-inside:avoid}
.mark,.bar,.late,.fold,.flag,.screen{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
