/** The look of the element itself; Markdown and widgets bring their own sheets. Colours and sizes are in theme/tokens.ts. */
export const styles = /* css */ `
:host{display:block;position:relative;min-block-size:320px;block-size:100%;overflow:hidden;background:var(--ck-bg);color:var(--ck-text);font:400 var(--ck-text-m)/1.6 var(--ck-font);font-synthesis-weight:none;-webkit-font-smoothing:antialiased;text-size-adjust:100%;contain:content}
:host([hidden]){display:none}
*,*::before,*::after{box-sizing:border-box}
.hidden{position:absolute;inline-size:1px;block-size:1px;margin:-1px;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap;border:0}
button,input,textarea,select{font:inherit;color:inherit;letter-spacing:inherit}
button{cursor:pointer;background:none;border:0;padding:0;text-align:start;touch-action:manipulation}
button:disabled{cursor:default}
:where(ul,ol,dl,dd,h2,h3,p,figure,fieldset,blockquote):not(:where(.markdown *,.ck-widget *)){margin:0;padding:0;border:0}
:where(ul,ol):not(:where(.markdown *,.ck-widget *)){list-style:none}
svg{flex:none;display:block}
input[type=search]::-webkit-search-cancel-button{display:none}
:focus{outline:none}
:focus-visible{outline:2px solid var(--ck-focus);outline-offset:2px}
.muted{color:var(--ck-text-muted);font-size:var(--ck-text-s)}
.grow{flex:1}
.chat{--ck-color-text:var(--ck-text);--ck-color-text-muted:var(--ck-text-muted);--ck-color-border:var(--ck-line);--ck-color-surface-muted:var(--ck-bg-subtle);--ck-color-link:var(--ck-accent-ink);--ck-color-focus:var(--ck-focus);--ck-color-accent:var(--ck-accent);--ck-radius-md:var(--ck-radius-m);--ck-font-mono:var(--ck-mono);position:absolute;inset:0;display:flex;flex-direction:column;container:chat/inline-size}
.main{position:relative;display:flex;flex-direction:column;flex:1;min-block-size:0}

/* Controls */
.icon-button{display:inline-grid;place-items:center;inline-size:calc(var(--ck-unit)*9);block-size:calc(var(--ck-unit)*9);border-radius:var(--ck-radius-control);color:var(--ck-text-muted);transition:background var(--ck-fast),color var(--ck-fast);flex:none}
.icon-button:hover{background:var(--ck-bg-hover);color:var(--ck-text)}
.icon-button:active,.icon-button[aria-expanded=true]{background:var(--ck-bg-active)}
.icon-button.small{inline-size:calc(var(--ck-unit)*7.5);block-size:calc(var(--ck-unit)*7.5)}
.icon-button[aria-pressed=true]{color:var(--ck-accent-ink);background:var(--ck-accent-soft)}
.text-button{display:inline-flex;align-items:center;gap:6px;padding:6px 12px;border-radius:var(--ck-radius-control);font-size:var(--ck-text-s);font-weight:500;color:var(--ck-text-muted);transition:background var(--ck-fast)}
.text-button:hover{background:var(--ck-bg-hover);color:var(--ck-text)}
.link-button{text-decoration:underline;text-underline-offset:3px}
.primary{display:inline-flex;align-items:center;padding:6px 16px;border-radius:var(--ck-radius-control);font-size:var(--ck-text-s);font-weight:550;background:var(--ck-accent);color:var(--ck-on-accent);transition:opacity var(--ck-fast)}
.primary:hover{opacity:.9}
.primary:disabled{background:var(--ck-bg-active);color:var(--ck-text-faint);opacity:1}
.primary.danger{background:var(--ck-danger);color:var(--ck-bg)}
.field{inline-size:100%;padding:8px 12px;border:1px solid var(--ck-line-strong);border-radius:var(--ck-radius-m);background:var(--ck-bg)}
.field:focus-visible{outline-offset:-1px}
::placeholder{color:var(--ck-text-faint);opacity:1}
.menu-item{min-block-size:calc(var(--ck-unit)*9)}
@media (pointer:coarse){.icon-button,.icon-button.small,.text-button,.send,.tool,.model,.row-open,.menu-item{min-inline-size:44px;min-block-size:44px}}

/* Menus */
.menu-anchor{position:relative;display:inline-flex}
/* In the top layer, where neither the chat's own edge nor a scrolling list cuts them off. */
.menu{position:fixed;inset:auto;margin:0;inline-size:max-content;min-inline-size:200px;max-inline-size:min(320px,100vw - 16px);max-block-size:min(320px,100dvh - 16px);overflow:auto;padding:4px;border:0;border-radius:min(var(--ck-radius-m) + 4px,var(--ck-radius-m)*2);background:var(--ck-bg-raised);color:var(--ck-text);box-shadow:var(--ck-shadow);animation:appear var(--ck-fast) ease-out}
.menu-item{display:flex;align-items:center;gap:10px;inline-size:100%;padding:6px 10px;border-radius:var(--ck-radius-m);font-size:var(--ck-text-s);line-height:1.4;cursor:pointer}
.menu-item:hover,.menu-item:focus-visible,.menu-item[aria-selected=true]{background:var(--ck-bg-hover);outline-offset:-2px}
.menu-item[aria-checked=true]{background:var(--ck-accent-soft)}
.menu-item[aria-disabled]{color:var(--ck-text-faint);cursor:default}
.menu-item.danger{color:var(--ck-danger)}
.menu-icon{display:grid;place-items:center;inline-size:18px;flex:none;color:var(--ck-text-muted)}
.menu-text{display:flex;flex-direction:column;flex:1;min-inline-size:0;overflow-wrap:anywhere}
.menu-text small{font-size:var(--ck-text-xs);color:var(--ck-text-muted)}
.menu-group{padding:8px 10px 4px;font-size:var(--ck-text-xs);color:var(--ck-text-muted);font-weight:500}

/* Header */
.header{display:flex;align-items:center;gap:8px;padding:8px 12px;min-block-size:52px;flex:none;overflow-x:auto;scrollbar-width:none}
.header-side{display:flex;gap:2px;flex:1 0 0}
.header-side.end{justify-content:flex-end}
.header-title{font-size:var(--ck-text-s);font-weight:550;line-height:1.4;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-inline-size:60%;text-align:center}

/* Conversation */
.thread-area{position:relative;flex:1;min-block-size:0;display:flex}
.scroller{flex:1;overflow-y:auto;overflow-x:hidden;overscroll-behavior:contain;container:scroller/size;scrollbar-width:thin;scrollbar-color:var(--ck-line-strong) transparent;scrollbar-gutter:stable both-edges}
.scroller:focus-visible{outline-offset:-2px}
.thread{max-inline-size:calc(40em + 40px);margin-inline:auto;padding:8px 20px 24px;display:flex;flex-direction:column;gap:calc(var(--ck-unit)*7)}
.block{display:flex;flex-direction:column;gap:calc(var(--ck-unit)*4);min-inline-size:0}
.block.roomy{min-block-size:calc(100cqb - 36px)}
.older{block-size:24px;text-align:center;font-size:var(--ck-text-s);color:var(--ck-text-muted)}
.latest{position:absolute;inset-block-end:12px;inset-inline-start:calc(50% - 18px);display:grid;place-items:center;inline-size:36px;block-size:36px;border-radius:var(--ck-radius-full);background:var(--ck-bg-raised);color:var(--ck-text);box-shadow:var(--ck-shadow);animation:appear var(--ck-slow)}
.latest.idle:not(:focus-visible){opacity:0;pointer-events:none}
.latest:hover{background:var(--ck-bg-raised);color:var(--ck-accent-ink)}

.user{display:flex;flex-direction:column;align-items:flex-end;gap:6px;min-inline-size:0}
.bubble{max-inline-size:min(85%,56ch);padding:calc(var(--ck-unit)*2) calc(var(--ck-unit)*4);border-radius:var(--ck-radius-l);background:var(--ck-bg-subtle);white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.5}
.user.sending .bubble{opacity:.75}
.user.failed .bubble{box-shadow:inset 0 0 0 1px var(--ck-danger)}
.not-sent{font-size:var(--ck-text-xs);color:var(--ck-danger)}
.quoted{max-inline-size:min(85%,56ch);padding-inline-start:12px;border-inline-start:2px solid var(--ck-line-strong);color:var(--ck-text-muted);font-size:var(--ck-text-s);display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden}
.user-actions{display:flex;align-items:center;gap:8px;margin-block:-4px calc(var(--ck-unit)*-4)}
.user-actions .icon-button{opacity:0}
.user:hover .icon-button,.user:focus-within .icon-button{opacity:1}
@media (hover:none){.user-actions .icon-button{opacity:1}}
.tag{display:inline-block;max-inline-size:100%;color:var(--ck-accent-ink);background:var(--ck-accent-soft);border-radius:var(--ck-radius-s);padding:0 3px;font-weight:500;white-space:normal;overflow-wrap:anywhere}
.tag .ck-icon{display:inline;vertical-align:-2px;margin-inline-end:3px}
.cite .ck-icon{display:inline;vertical-align:-.15em}.cite .ck-icon+span{margin-inline-start:3px}
.tag.interactive:hover{text-decoration:underline;text-underline-offset:3px}
.tag-anchor{position:relative;display:inline-block;max-inline-size:100%}
.tag-preview{position:fixed;inset:auto;margin:0;border:0;overflow:auto;inline-size:max-content;max-inline-size:min(320px,100vw - 16px);max-block-size:calc(100dvh - 16px);padding:12px;border-radius:var(--ck-radius-l);background:var(--ck-bg-raised);color:var(--ck-text);box-shadow:var(--ck-shadow);font:400 var(--ck-text-s)/1.5 var(--ck-font);white-space:normal;text-align:start;overflow-wrap:anywhere}
section.tag-preview>p{margin:0}
.about-kind{display:flex;align-items:center;gap:6px;color:var(--ck-text-muted);font-size:var(--ck-text-xs)}

.assistant{min-inline-size:0;overflow-wrap:break-word}
.assistant>*+*{margin-block-start:12px}
.cite{display:inline-block;min-inline-size:1.5em;max-inline-size:min(32ch,60cqi);padding:0 .35em;overflow:clip;text-overflow:ellipsis;white-space:nowrap;text-align:center;border-radius:var(--ck-radius-full);background:var(--ck-bg-hover);color:var(--ck-text-muted);font:500 .7em/1.5 var(--ck-font);text-decoration:none;vertical-align:.15em}
a.cite:hover,.cite.entity:hover{background:var(--ck-accent);color:var(--ck-on-accent)}
.sources summary{display:inline-flex;align-items:center;gap:4px;padding:4px 8px;margin-inline-start:-8px;border-radius:var(--ck-radius-control);font-size:var(--ck-text-s);color:var(--ck-text-muted);cursor:pointer;list-style:none}
.sources summary::-webkit-details-marker{display:none}
.sources summary:hover{background:var(--ck-bg-hover)}
.sources summary svg,.chevron svg{transition:rotate var(--ck-fast)}
.sources[open] summary svg,.chevron.open svg{rotate:90deg}
[dir=rtl] .chevron svg,[dir=rtl] .sources summary svg{scale:-1 1}
.sources ol{display:flex;flex-direction:column;gap:2px;margin-block-start:6px}
.source{display:flex;align-items:baseline;gap:8px;padding:4px 8px;border-radius:var(--ck-radius-m);font-size:var(--ck-text-s);line-height:1.45;color:inherit;text-decoration:none;min-inline-size:0;inline-size:100%}
a.source:hover,button.source:hover{background:var(--ck-bg-hover)}
.source-number{flex:none;color:var(--ck-text-muted);font-variant-numeric:tabular-nums;min-inline-size:1.2em}
.source-title{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.source-from{min-inline-size:4ch;overflow:hidden;text-overflow:ellipsis;color:var(--ck-text-muted);font-size:var(--ck-text-xs);white-space:nowrap}

.actions{display:flex;gap:2px;margin-inline-start:-7px;margin-block-start:calc(var(--ck-unit)*-2)}
@media (hover:hover){.actions:not(.last){opacity:0;transition:opacity var(--ck-fast)}.block:hover>.actions,.block:focus-within>.actions{opacity:1}}
.progress{display:flex;align-items:center;gap:8px;min-block-size:28px;font-size:var(--ck-text-s);color:var(--ck-text-muted)}
.waiting{display:flex;gap:5px;padding:6px 0}
.waiting i{inline-size:7px;block-size:7px;border-radius:50%;background:var(--ck-text-faint);animation:wait 1.2s infinite ease-in-out}
.waiting i:nth-child(2){animation-delay:.15s}
.waiting i:nth-child(3){animation-delay:.3s}
.shimmer{animation:breathe 1.8s infinite ease-in-out}
.failure,.notice{display:flex;align-items:flex-start;gap:10px;padding:10px 12px;border-radius:var(--ck-radius-m);font-size:var(--ck-text-s);line-height:1.5;background:var(--ck-danger-soft)}
.failure>svg,.notice.danger>svg{color:var(--ck-danger);margin-block-start:2px}
.failure p,.notice-text{flex:1;min-inline-size:0;overflow-wrap:anywhere}
.failure .text-button{margin-block:-4px;color:var(--ck-text)}
.notice .icon-button{margin-block:-4px;margin-inline-end:-6px}
.notice.info{background:var(--ck-info-soft)}.notice.info>svg{color:var(--ck-info);margin-block-start:2px}
.notice.warning{background:var(--ck-warning-soft)}.notice.warning>svg{color:var(--ck-warning);margin-block-start:2px}
.notice.danger{background:var(--ck-danger-soft)}
.widget.waits{block-size:80px;border-radius:var(--ck-radius-l);background:var(--ck-bg-subtle)}
.widget{min-inline-size:0;max-inline-size:100%}

.workflow-title{display:inline-flex;align-items:center;gap:6px;padding:4px 8px;margin-inline-start:-8px;border-radius:var(--ck-radius-control);color:var(--ck-text-muted);font-size:var(--ck-text-s);max-inline-size:100%}
.workflow-title:not(:disabled):hover{background:var(--ck-bg-hover);color:var(--ck-text)}
.workflow-title>span:first-of-type{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.tasks{display:flex;flex-direction:column;margin-block-start:6px}
.task{display:flex;gap:10px;font-size:var(--ck-text-s);line-height:1.5;position:relative;padding-block-end:12px}
.task-icon{display:grid;place-items:center;inline-size:18px;block-size:21px;flex:none;color:var(--ck-text-muted)}
.task-icon.busy{animation:breathe 1.2s infinite ease-in-out}
.tasks>li:not(:last-child) .task::before{content:'';position:absolute;inset-inline-start:8.5px;inset-block:24px 2px;inline-size:1px;background:var(--ck-line)}
.dot{inline-size:6px;block-size:6px;border-radius:50%;background:currentColor}
.task-body{min-inline-size:0;flex:1;overflow-wrap:anywhere}
.task-text{color:var(--ck-text-muted)}
.queries{display:flex;flex-wrap:wrap;gap:6px;margin-block-start:6px}
.queries li{display:flex;align-items:center;gap:5px;padding:2px 9px;border-radius:var(--ck-radius-full);background:var(--ck-bg-subtle);font-size:var(--ck-text-xs);color:var(--ck-text-muted)}
.task-sources .source{padding-inline:0}
.image .muted{overflow-wrap:anywhere}
.image img{display:block;max-inline-size:min(100%,480px);border-radius:var(--ck-radius-l)}
.image-place{inline-size:min(100%,320px);aspect-ratio:1;border-radius:var(--ck-radius-l);background:var(--ck-bg-subtle)}
.image.making img{filter:saturate(.8)}
.image figcaption{display:flex;align-items:center;gap:10px;margin-block-start:8px;font-size:var(--ck-text-s);color:var(--ck-text-muted)}
progress{appearance:none;block-size:4px;inline-size:96px;border:0;border-radius:var(--ck-radius-full);overflow:hidden;background:var(--ck-bg-active)}
progress::-webkit-progress-bar{background:var(--ck-bg-active)}
progress::-webkit-progress-value{background:var(--ck-accent)}
progress::-moz-progress-bar{background:var(--ck-accent)}
progress:indeterminate{animation:breathe 1.2s infinite}
.answers{display:flex;flex-direction:column;gap:10px;overflow-wrap:anywhere;padding:12px 16px;border:1px solid var(--ck-line);border-radius:var(--ck-radius-l);font-size:var(--ck-text-s)}
.answers dt{color:var(--ck-text-muted)}
.answers dd{font-weight:500}

/* Start, loading */
.start{flex:1;min-block-size:0;overflow:auto;overflow-wrap:anywhere;display:flex;flex-direction:column;gap:20px;padding:24px 20px 16px;inline-size:100%;max-inline-size:calc(40em + 40px);margin-inline:auto}
.greeting{font-size:var(--ck-text-xl);font-weight:500;line-height:1.25;letter-spacing:-.015em;margin-block:auto;text-wrap:balance;padding-block:16px;text-align:center}
.prompts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,220px),1fr));gap:8px}
.prompt{display:flex;align-items:center;gap:12px;inline-size:100%;block-size:100%;padding:calc(var(--ck-unit)*3) calc(var(--ck-unit)*4);border:1px solid var(--ck-line);border-radius:var(--ck-radius-l);font-size:var(--ck-text-s);line-height:1.45;transition:background var(--ck-fast),border-color var(--ck-fast)}
.prompt:hover{background:var(--ck-bg-subtle);border-color:var(--ck-line-strong)}
.prompt .ck-icon{color:var(--ck-accent-ink)}
.skeleton,.skeletons{flex:1;display:flex;flex-direction:column;gap:12px;padding:24px 20px;inline-size:100%;max-inline-size:calc(40em + 40px);margin-inline:auto}
.skeleton i,.skeletons i{block-size:16px;border-radius:var(--ck-radius-m);background:var(--ck-bg-hover);animation:breathe 1.6s infinite ease-in-out;inline-size:100%}
.skeleton .own{align-self:flex-end;inline-size:40%;block-size:40px;margin-block-end:16px}
.skeleton .short{inline-size:60%}
.load-error{flex:1;display:flex;flex-direction:column;gap:16px;align-items:center;justify-content:center;padding:24px;text-align:center;color:var(--ck-text-muted)}
.load-error div{display:flex;gap:8px}

/* Composer */
.foot{flex:none;inline-size:100%;max-inline-size:calc(40em + 64px);margin-inline:auto;padding:0 16px 12px}
.composer,.questions{position:relative;border:1px solid var(--ck-line-strong);border-radius:min(var(--ck-radius-l) + 6px,var(--ck-radius-l)*2);background:var(--ck-bg-raised);transition:border-color var(--ck-fast),box-shadow var(--ck-fast)}
.composer:focus-within{border-color:color-mix(in oklab,var(--ck-focus) 70%,var(--ck-line));box-shadow:0 0 0 3px color-mix(in oklab,var(--ck-focus) 14%,transparent)}
.composer.locked{background:var(--ck-bg-subtle)}
.editor-box{position:relative}
.editor,.placeholder{padding:calc(var(--ck-unit)*3.25) calc(var(--ck-unit)*4.5) calc(var(--ck-unit)*1.5);line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere}
.editor{min-block-size:calc(1.5em + var(--ck-unit)*4.75);max-block-size:min(240px,40cqb);overflow-y:auto;outline:none;scrollbar-width:thin}
.placeholder{position:absolute;inset:0;pointer-events:none;color:var(--ck-text-faint);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.composer-bar{display:flex;align-items:center;flex-wrap:wrap;gap:4px;padding:0 calc(var(--ck-unit)*2) calc(var(--ck-unit)*2)}
.composer-end{display:flex;align-items:center;justify-content:flex-end;gap:4px;flex:1 0 auto;max-inline-size:100%}
.composer-end .menu-anchor{min-inline-size:0}
.send{display:grid;place-items:center;inline-size:calc(var(--ck-unit)*9);block-size:calc(var(--ck-unit)*9);border-radius:var(--ck-radius-control);background:var(--ck-accent);color:var(--ck-on-accent);transition:background var(--ck-fast),opacity var(--ck-fast);flex:none}
.send:hover{opacity:.9}
.send:disabled{background:var(--ck-bg-active);color:var(--ck-text-faint);opacity:1}
.send.stop{background:var(--ck-text);color:var(--ck-bg)}
.tool,.model{display:inline-flex;min-inline-size:0;max-inline-size:100%;align-items:center;gap:6px;block-size:calc(var(--ck-unit)*8);padding:0 10px;border-radius:var(--ck-radius-control);font-size:var(--ck-text-s);color:var(--ck-text-muted);transition:background var(--ck-fast)}
.tool:hover,.model:hover{background:var(--ck-bg-hover);color:var(--ck-text)}
.tool[aria-pressed=true],.tool:not([aria-pressed]){background:var(--ck-accent-soft);color:var(--ck-accent-ink)}
.tool span,.model span{max-inline-size:24ch;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.reply{display:flex;align-items:center;gap:10px;padding:8px 8px 0 16px;font-size:var(--ck-text-s);color:var(--ck-text-muted)}
.reply span{flex:1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.drafts{padding:10px 12px 0}
.attachments{display:flex;flex-wrap:wrap;gap:8px;justify-content:flex-end;align-items:flex-end;max-inline-size:100%}
.drafts .attachments{justify-content:flex-start}
.attachment{display:flex;align-items:center;gap:8px;max-inline-size:100%;border-radius:var(--ck-radius-m);font-size:var(--ck-text-s)}
.attachment.draft img{inline-size:36px;block-size:36px;object-fit:cover;border-radius:var(--ck-radius-s)}
.attachment:not(.draft) img{display:block;max-inline-size:240px;max-block-size:240px;border-radius:var(--ck-radius-l)}
.attachment>.file-name{min-inline-size:0;display:flex;align-items:center;gap:8px;padding:8px 12px;border:1px solid var(--ck-line);border-radius:var(--ck-radius-m)}
.attachment.draft{padding:6px;border:1px solid var(--ck-line);background:var(--ck-bg);max-inline-size:240px}
.attachment.draft>svg{margin:8px;color:var(--ck-text-muted)}
.attachment.draft>.file-name{flex:1;min-inline-size:0;flex-direction:column;align-items:stretch;gap:4px;padding:0;border:0}
.file-name>span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.attachment.failed{border-color:var(--ck-danger);color:var(--ck-danger)}
.attachment canvas{inline-size:36px;block-size:36px;border-radius:var(--ck-radius-s);background:var(--ck-bg-hover)}
.picture{display:block;max-inline-size:100%;border-radius:var(--ck-radius-l);cursor:zoom-in}
button.file-name:hover{background:var(--ck-bg-hover)}
.enlarged{max-inline-size:none;max-block-size:none;inline-size:100%;block-size:100%;padding:0;border:0;background:#000d;cursor:zoom-out}
.enlarged[open]{display:grid;place-items:center}
.enlarged::backdrop{background:none}
.chat .enlarged img{border-radius:0;max-inline-size:100vw;max-block-size:100vh;object-fit:contain}
.enlarged .icon-button{position:absolute;inset-block-start:12px;inset-inline-end:12px;color:#fff;background:#0008}
.refusal{font-size:var(--ck-text-s);color:var(--ck-danger);padding:6px 4px 0}
.suggestions{inline-size:var(--w-anchor);max-inline-size:none}
.suggestions .muted{padding:8px 10px}
.disclaimer{overflow-wrap:anywhere;padding:8px 12px 0;text-align:center;font-size:var(--ck-text-xs);line-height:1.5;color:var(--ck-text-muted)}
.disclaimer.high{color:var(--ck-text)}
.disclaimer .markdown{--md-measure:none;font-size:inherit;color:inherit;margin-inline:auto;max-inline-size:none}
.closed{overflow-wrap:anywhere;padding:14px 16px;border-radius:var(--ck-radius-l);background:var(--ck-bg-subtle);text-align:center;font-size:var(--ck-text-s);color:var(--ck-text-muted)}
.offline{text-align:center;font-size:var(--ck-text-xs);color:var(--ck-text-muted);padding-block-end:6px}
.drop{position:absolute;inset:8px;z-index:40;display:grid;place-content:center;justify-items:center;gap:8px;border:2px dashed var(--ck-accent);border-radius:var(--ck-radius-l);background:color-mix(in oklab,var(--ck-bg) 92%,transparent);color:var(--ck-accent-ink);font-weight:500;pointer-events:none}


@container chat (inline-size < 480px){.thread,.start{padding-inline:14px}.foot{padding-inline:10px}.bubble,.quoted{max-inline-size:88%}.greeting{font-size:calc(var(--ck-text-xl)*.86)}}

@keyframes appear{from{opacity:0;translate:0 4px}}
@keyframes fade{from{opacity:0}}
@keyframes breathe{50%{opacity:.5}}
@keyframes wait{0%,60%,100%{translate:0;opacity:.5}30%{translate:0 -3px;opacity:1}}
@media (prefers-reduced-motion:reduce){*,*::before,*::after{animation:none!important;transition:none!important;scroll-behavior:auto!important}}
/* Grounds and shadows are gone there: edges take their place, and mark what is chosen. */
@media (forced-colors:active){.send,.primary,.icon-button,.text-button,.tool,.model,.workflow-title:not(:disabled),.sources summary,button.tag,.cite,.composer,.prompt,.menu,.tag-preview,.confirm,.bubble,.latest{border:1px solid ButtonBorder}.send:disabled,.primary:disabled,.icon-button:disabled{border-color:GrayText}.icon-button[aria-pressed=true],.tool[aria-pressed=true],.tool:not([aria-pressed]),.menu-item[aria-checked=true],.menu-item[aria-selected=true],.choice.on,.row.current{outline:2px solid Highlight;outline-offset:-2px}}
/* Important: on paper the chat is as long as what was said, whatever height the page gave it on the screen. */
@media print{:host{block-size:auto!important;max-block-size:none!important;overflow:visible!important;contain:none!important}.chat{position:static}.scroller{overflow:visible;container:none}.header-side,.foot,.actions,.user-actions,.latest{display:none}.block.roomy{min-block-size:0}}
`;
