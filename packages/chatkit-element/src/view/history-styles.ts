/** The look of the history, which is loaded with it. */
export const historyStyles = /* css */ `
.history-layer{position:absolute;inset:0;z-index:30}
.scrim{position:absolute;inset:0;background:var(--ck-scrim);animation:fade var(--ck-slow)}
.history{position:absolute;inset-block:0;inset-inline-start:0;inline-size:min(340px,100%);display:flex;flex-direction:column;background:var(--ck-bg);border-inline-end:1px solid var(--ck-line);animation:slide var(--ck-slow) ease-out}
[dir=rtl] .history{animation-name:slide-rtl}
.history-head{display:flex;align-items:center;justify-content:space-between;padding:8px 12px 8px 20px;min-block-size:52px}
.history-head h2{font-size:var(--ck-text-m);font-weight:550}
.search{display:flex;align-items:center;gap:8px;margin:4px 12px 8px;padding:0 12px;block-size:40px;border:1px solid var(--ck-line-strong);border-radius:var(--ck-radius-control);color:var(--ck-text-muted)}
.search:focus-within{outline:2px solid var(--ck-focus);outline-offset:-1px}
.search input{flex:1;min-inline-size:0;border:0;background:none;outline:none;color:var(--ck-text);font-size:var(--ck-text-s)}
.history-list{flex:1;overflow-y:auto;padding:4px 12px 24px;scrollbar-width:thin;scrollbar-color:var(--ck-line-strong) transparent}
.history-list h3{padding:14px 8px 4px;font-size:var(--ck-text-xs);font-weight:500;color:var(--ck-text-muted)}
.row{display:flex;align-items:center;border-radius:var(--ck-radius-m)}
.row:hover,.row:focus-within{background:var(--ck-bg-hover)}
.row.current{background:var(--ck-accent-soft)}
.row-open{flex:1;min-inline-size:0;padding:9px 8px;font-size:var(--ck-text-s);line-height:1.4;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;border-radius:inherit}
.row-match{display:block;overflow:hidden;text-overflow:ellipsis;color:var(--ck-text-muted);font-size:var(--ck-text-xs)}
.row .icon-button{opacity:0;margin-inline-end:2px}
.row:hover .icon-button,.row:focus-within .icon-button{opacity:1}
@media (hover:none){.row .icon-button{opacity:1}}
.row.renaming{padding:3px 0}
.row .field{padding:6px 8px;font-size:var(--ck-text-s)}
.empty{padding:16px 8px;font-size:var(--ck-text-s);color:var(--ck-text-muted)}
.more{margin:8px auto 0;display:flex}
.confirm{position:absolute;inset-inline:12px;inset-block-end:12px;padding:16px;border-radius:var(--ck-radius-l);background:var(--ck-bg-raised);box-shadow:var(--ck-shadow);animation:appear var(--ck-fast)}
.confirm h3{font-size:var(--ck-text-m);font-weight:550;overflow-wrap:anywhere}
.confirm p{margin-block:4px 12px;font-size:var(--ck-text-s);color:var(--ck-text-muted)}
.confirm-bar{display:flex;justify-content:flex-end;gap:8px}
@keyframes slide{from{translate:-24px 0;opacity:0}}
@keyframes slide-rtl{from{translate:24px 0;opacity:0}}
@media (prefers-reduced-motion:reduce){.history,.scrim,.confirm{animation:none!important}}
`;
