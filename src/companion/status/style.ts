// The status page's style sheet.

export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1b22; --soft: #5b5b66; --paper: #fff; --ground: #f0f0f4; --line: #dcdce3;
  --amber: #fff3cd; --amber-ink: #5c4400; --amber-line: #d9a400; --red: #ffe9ec; --red-ink: #8c0016; --red-line: #c50042;
  --green: #00694d;
  --password: #0060df; --delete: #c50042; --profile: #7542e5; --subscription: #008787; --out: #c45a27; --in: #8d7a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #fbfbfe; --soft: #b6b6c2; --paper: #2b2a33; --ground: #1c1b22;
  --line: #464552; --amber: #43360f; --amber-ink: #ffe9a8; --amber-line: #d9a400; --red: #4a1a22; --red-ink: #ffc0c6;
  --red-line: #ff6a75; --green: #54ffbd;
  --password: #3d9bff; --delete: #ff6a75; --profile: #b08aff; --subscription: #2ac3a2; --out: #ff9a5c; --in: #e5cf3d; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
main { width: min(60rem, 100% - 2rem); margin: 2rem auto 4rem; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 0 0 .75rem; font-size: 1.05rem; }
p { margin: .25rem 0; }
.soft { color: var(--soft); font-size: .875rem; font-weight: 400; }
.notices { margin: 1.25rem 0 0; padding: 0; list-style: none; display: grid; gap: .5rem; }
.notices li { padding: .6rem .9rem; border-left: 4px solid var(--amber-line); border-radius: 6px; color: var(--amber-ink); background: var(--amber); }
.notices li.bad { border-color: var(--red-line); color: var(--red-ink); background: var(--red); }
.notices li.good { border-color: var(--green); color: inherit; background: var(--paper); }
.notices strong { display: block; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0; }
.tiles div, section { padding: 1rem 1.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.75rem; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .soft { font-size: .8125rem; line-height: 1.4; display: block; }
section { margin: .75rem 0 0; }
.scroll { overflow-x: auto; }
.scroll table { min-width: 28rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .45rem 1rem .45rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-size: .8125rem; font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
tbody th { font-weight: 600; overflow-wrap: break-word; max-width: 18rem; }
.n { text-align: right; white-space: nowrap; }
code { font-size: .8125rem; font-weight: 400; color: var(--soft); white-space: nowrap; }
.plot svg { display: block; min-width: 36rem; width: 100%; height: auto; }
.plot text { font: 12px system-ui, sans-serif; fill: var(--soft); }
.grid { stroke: var(--line); }
.axis { stroke: var(--soft); }
.password_change { fill: var(--password); }
.delete_user { fill: var(--delete); }
.profile_change { fill: var(--profile); }
.subscription_state_change { fill: var(--subscription); }
.metrics_opt_out { fill: var(--out); }
.metrics_opt_in { fill: var(--in); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 0; padding: 0; list-style: none; font-size: .875rem; }
.legend svg { width: .7rem; height: .7rem; margin-right: .4rem; }
details { margin: .75rem 0 0; }
summary { color: var(--soft); font-size: .875rem; cursor: pointer; }
details table { margin-top: .5rem; font-size: .875rem; }
details thead .n { white-space: normal; }
details tbody th { white-space: nowrap; }
:focus-visible { outline: 3px solid var(--password); outline-offset: 2px; border-radius: 3px; }
`;
