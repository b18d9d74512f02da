// Colours, type and radii come from the custom properties of the theme's sheet (`--ck-*`, see ../theme/tokens.ts). `--w-*`
// are this sheet's own. No url() anywhere: a page whose policy allows only its own origin would refuse a data: image.

const states = ['success', 'danger', 'warning', 'caution', 'info', 'discovery']
  .map((name) => `.ck-c-${name}{--c:var(--ck-${name});--c-soft:var(--ck-${name}-soft)}`)
  .join('');

const textSizes = Object.entries({ xs: 12, sm: 14, md: 16, lg: 18, xl: 20 })
  .map(([name, px]) => `.ck-text-${name},.ck-label-${name}{font-size:${px / 16}em}`)
  .join('');

const titleSizes = Object.entries({ sm: 16, md: 18, lg: 20, xl: 24, '2xl': 28, '3xl': 32, '4xl': 40, '5xl': 48 })
  .map(([name, px]) => `.ck-title-${name}{font-size:${px / 16}em;line-height:${px > 24 ? 1.15 : 1.3}}`)
  .join('');

const iconSizes = Object.entries({ xs: 12, sm: 16, md: 20, lg: 24, xl: 28, '2xl': 32, '3xl': 40 })
  .map(([name, px]) => `.ck-icon-${name}{font-size:${px}px}`)
  .join('');

// Height, side padding, text and icon of a control, by size.
const controlSizes = Object.entries({
  '3xs': [24, 6, 12, 12],
  '2xs': [26, 8, 12, 12],
  xs: [28, 8, 12, 14],
  sm: [32, 10, 14, 16],
  md: [36, 12, 14, 16],
  lg: [40, 14, 15, 18],
  xl: [44, 16, 16, 20],
  '2xl': [48, 18, 16, 20],
  '3xl': [52, 20, 18, 22],
})
  .map(
    ([name, [height, side, text, icon]]) =>
      `.ck-s-${name}{--h:${height}px;--s:${side}px;--f:${text! / 16}em;--i:${icon}px}`,
  )
  .join('');

const tableSizes = Object.entries({ xs: 64, sm: 96, md: 144, lg: 208, xl: 288 })
  .map(([name, px]) => `.ck-cell-${name}{width:${px}px;min-width:${px}px}`)
  .join('');

const chartColors = {
  blue: [250, 0.14],
  purple: [300, 0.15],
  orange: [52, 0.14],
  green: [155, 0.11],
  red: [26, 0.16],
  yellow: [85, 0.12],
  pink: [352, 0.15],
};
// Two lightnesses, one for each scheme, at which every hue stands out from paper and from ink by 3 to 1.
const charts = Object.entries(chartColors)
  .map(
    ([name, [hue, chroma]]) =>
      `--w-chart-${name}:light-dark(oklch(0.6 ${chroma} ${hue}),oklch(0.74 ${chroma! * 0.9} ${hue}));`,
  )
  .join('');

/** The style sheet of widgets, to be made into a constructed sheet beside the theme's. */
export const widgetStyles: string = `
.ck-widget{
--w-text-prose:var(--ck-text);--w-text-primary:var(--ck-text);--w-text-emphasis:var(--ck-text);
--w-text-secondary:var(--ck-text-muted);--w-text-tertiary:var(--ck-text-faint);
--w-text-success:var(--ck-success);--w-text-warning:var(--ck-warning);--w-text-danger:var(--ck-danger);
--w-surface:var(--ck-bg-raised);--w-surface-secondary:var(--ck-bg-subtle);--w-surface-tertiary:var(--ck-bg-active);
--w-surface-elevated:var(--ck-bg-raised);--w-surface-elevated-secondary:var(--ck-bg-hover);
--w-border-default:var(--ck-line);--w-border-subtle:color-mix(in oklab,var(--ck-line) 60%,transparent);--w-border-strong:var(--ck-line-strong);
--w-edge:color-mix(in oklab,var(--ck-text) 47%,var(--ck-bg-raised));
${charts}
font-family:var(--ck-font);font-size:var(--ck-text-m);line-height:1.5;color:var(--ck-text);max-width:100%;min-width:0;text-align:start;
-webkit-font-smoothing:antialiased}
.ck-widget *,.ck-widget *::before,.ck-widget *::after{box-sizing:border-box}
.ck-widget-body{transition:opacity var(--ck-slow) ease}
.ck-widget-body[inert]{opacity:.55}
.ck-sr{position:absolute;width:1px;height:1px;margin:-1px;padding:0;border:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.ck-widget [hidden]{display:none!important}
.ck-widget :focus-visible{outline:2px solid var(--ck-focus);outline-offset:2px}

.ck-card,.ck-list{position:relative;max-width:100%;border:1px solid var(--ck-line);border-radius:var(--ck-radius-l);background-color:var(--ck-bg-raised);contain:paint;font-size:var(--ck-text-m)}
.ck-card{width:100%;--w-pad:16px}
.ck-card-sm{max-width:360px}.ck-card-md{max-width:440px}.ck-card-lg{max-width:560px}
.ck-card-body{padding:var(--w-pad);gap:12px}
.ck-card .ck-card,.ck-card .ck-list{border:0;background-color:transparent;border-radius:0;max-width:none}
.ck-card-footer{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:8px;padding:12px 16px;border-top:1px solid var(--ck-line)}
.ck-status{display:flex;align-items:center;gap:8px;width:100%;min-height:40px;padding:8px 16px;border-bottom:1px solid var(--ck-line);color:var(--ck-text-muted);font-size:var(--ck-text-s)}
.ck-status-text{flex:1;min-width:0;overflow-wrap:anywhere}
.ck-status-toggle{appearance:none;margin:0;border:0;background:none;font-family:inherit;text-align:start;cursor:pointer}
.ck-status-toggle[aria-expanded=true]{border-bottom:1px solid var(--ck-line)}
.ck-status-toggle:focus-visible{outline-offset:-2px}
.ck-favicon{width:16px;height:16px;border-radius:min(4px,var(--ck-radius-s));object-fit:cover}
.ck-favicon.ck-frame{width:20px;height:20px;padding:1px}

.ck-box{display:flex;min-width:0;max-width:100%;border-radius:0;background-size:cover}
.ck-row{flex-direction:row;align-items:center;gap:8px}
.ck-col{flex-direction:column;align-items:stretch}
.ck-col>.ck-button:not(.ck-block),.ck-col>.ck-badge,.ck-col>.ck-icon-box{align-self:flex-start}
.ck-col[style*=align-items]>.ck-button:not(.ck-block),.ck-col[style*=align-items]>.ck-badge,.ck-col[style*=align-items]>.ck-icon-box{align-self:auto}
.ck-row>.ck-text,.ck-row>.ck-title{min-width:0}
.ck-form{gap:12px}
.ck-spacer{flex:1 1 0;align-self:stretch}
.ck-divider{flex:none;align-self:stretch;width:auto;height:0;margin:var(--w-line-space,0px) 0;border:0;border-top:var(--w-line-size,1px) solid var(--w-line,var(--ck-line))}
.ck-row>.ck-divider{height:auto;margin:0 var(--w-line-space,0px);border-top:0;border-left:var(--w-line-size,1px) solid var(--w-line,var(--ck-line))}
.ck-card-body>.ck-divider.ck-flush,.ck-card-body>:not(.ck-row)>.ck-divider.ck-flush{margin-inline:calc(-1*var(--w-pad))}
.ck-widget:is(.ck-scheme-light,.ck-scheme-dark) .ck-basic{border-radius:var(--ck-radius-l);background-color:var(--ck-bg)}
.ck-transition{min-width:0}
.ck-custom{min-width:0}

:is(.ck-t,.ck-button-label,.ck-status-text,.ck-trigger-text,.ck-option-label,.ck-option-description,.ck-choice>span){text-align:-webkit-match-parent;text-align:match-parent}
.ck-t.ck-align-center{text-align:center}
:dir(ltr)>.ck-t.ck-align-start,:dir(rtl)>.ck-t.ck-align-end{text-align:left}
:dir(rtl)>.ck-t.ck-align-start,:dir(ltr)>.ck-t.ck-align-end{text-align:right}
.ck-t{margin:0;min-width:0;overflow-wrap:anywhere;white-space:pre-wrap}
.ck-title{font-weight:600;letter-spacing:-.011em;text-wrap:balance}${titleSizes}
.ck-text{line-height:1.5}${textSizes}
.ck-caption{color:var(--ck-text-muted);line-height:1.4}.ck-caption-sm{font-size:.75em}.ck-caption-md{font-size:.8125em}.ck-caption-lg{font-size:.875em}
.ck-label{display:inline-block;font-weight:500}.ck-label.ck-label-md{font-size:.875em}
.ck-w-normal{font-weight:400}.ck-w-medium{font-weight:500}.ck-w-semibold{font-weight:600}.ck-w-bold{font-weight:700}
.ck-italic{font-style:italic}.ck-through{text-decoration:line-through}
.ck-truncate{overflow:hidden;white-space:nowrap;text-overflow:ellipsis;max-width:100%}
.ck-clamp{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:var(--w-lines);overflow:hidden}
.ck-min-lines{min-height:calc(var(--w-min-lines)*1lh)}
.ck-fresh{animation:ck-appear 180ms ease-out}
@keyframes ck-appear{from{opacity:0}}
.ck-editable{appearance:none;width:calc(100% + 12px);max-width:none;margin:-3px -6px;padding:2px 5px;border:1px solid transparent;border-radius:var(--ck-radius-s);background:none;color:inherit;font-family:inherit;resize:none}
.ck-editable{border-bottom:1px dashed var(--w-edge);border-bottom-left-radius:0;border-bottom-right-radius:0}
.ck-editable:hover{background-color:var(--ck-bg-hover)}
.ck-editable::placeholder,.ck-control::placeholder,.ck-search::placeholder{color:var(--ck-text-faint);opacity:1}
.ck-markdown{min-width:0;overflow-wrap:anywhere}

.ck-badge,.ck-button{flex:none}.ck-yields{flex:0 1 auto;min-width:4em}
.ck-badge{display:inline-block;vertical-align:middle;max-width:100%;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;font-weight:500;border:1px solid transparent;border-radius:min(6px,var(--ck-radius-m));--c-on:oklch(from var(--c) clamp(0,(.66 - l)*1000,1) 0 0)}
.ck-badge-sm{font-size:.75em;padding:1px 7px}.ck-badge-md{font-size:.8125em;padding:2px 8px}.ck-badge-lg{font-size:.875em;padding:4px 10px}
${states}
.ck-c-secondary{--c:var(--ck-text-muted);--c-soft:var(--ck-bg-active)}
.ck-c-primary{--c:var(--ck-accent);--c-soft:var(--ck-accent-soft)}
.ck-badge.ck-v-solid{background-color:var(--c);color:var(--c-on)}
.ck-badge.ck-v-soft{border-color:color-mix(in oklab,var(--c) 24%,transparent);background-color:var(--c-soft);color:var(--c)}
.ck-badge.ck-c-secondary.ck-v-soft{color:var(--ck-text)}
.ck-badge.ck-v-outline{border-color:color-mix(in oklab,var(--c) 45%,transparent);color:var(--c)}
.ck-pill{border-radius:999px!important}

.ck-icon-box{display:inline-flex;flex:none;line-height:1}
.ck-icon-box .ck-icon,.ck-icon-box svg{width:1em;height:1em;display:block}${iconSizes}
.ck-icon-box:empty{display:none}
.ck-image{display:block;max-width:100%;min-width:0;object-fit:cover;border-radius:var(--ck-radius-m);flex-shrink:0}
.ck-image.ck-frame,.ck-favicon.ck-frame{border:1px solid var(--ck-line)}
.ck-image.ck-broken{background-color:var(--ck-bg-active);color:var(--ck-text-muted);font-size:12px;min-height:40px;overflow:hidden}
.ck-card-body>.ck-image.ck-flush{width:calc(100% + 2*var(--w-pad));max-width:none;margin-inline:calc(-1*var(--w-pad));border-radius:0}
.ck-card-body>.ck-image.ck-flush:first-child{margin-top:calc(-1*var(--w-pad))}
.ck-card-body>.ck-image.ck-flush:last-child{margin-bottom:calc(-1*var(--w-pad))}

${controlSizes}
.ck-button{--r:var(--ck-radius-control);position:relative;display:inline-flex;align-items:center;justify-content:center;max-width:100%;min-height:var(--h);margin:0;padding:0 var(--s);border:1px solid transparent;border-radius:min(var(--r),calc(var(--h)/2));font:inherit;font-size:var(--f);font-weight:500;line-height:1.2;text-align:center;cursor:pointer;user-select:none;
--c-on:oklch(from var(--c) clamp(0,(.66 - l)*1000,1) 0 0);--c-ink:var(--c);transition:background-color var(--ck-fast),border-color var(--ck-fast),opacity var(--ck-fast)}
.ck-button.ck-c-primary{--c-on:var(--ck-on-accent);--c-ink:var(--ck-accent-ink)}
.ck-button.ck-c-secondary{--c:var(--ck-bg-active);--c-soft:var(--ck-bg-subtle);--c-on:var(--ck-text);--c-ink:var(--ck-text)}
.ck-button-face{display:inline-flex;align-items:center;justify-content:center;gap:6px;min-width:0}
.ck-button-label{min-width:0;overflow:hidden;text-overflow:ellipsis}
.ck-button-icon{display:inline-flex;flex:none;font-size:var(--i)}
.ck-button-icon:empty{display:none}
.ck-button-icon.ck-icon-auto{font-size:var(--i)}
.ck-button .ck-icon-sm{font-size:14px}.ck-button .ck-icon-md{font-size:16px}.ck-button .ck-icon-lg{font-size:20px}.ck-button .ck-icon-xl{font-size:24px}.ck-button .ck-icon-2xl{font-size:28px}
.ck-button-icon svg{width:1em;height:1em;display:block}
.ck-button.ck-v-solid{background-color:var(--c);color:var(--c-on)}
.ck-button.ck-v-solid:hover{background-color:color-mix(in oklab,var(--c) 88%,var(--c-on))}
.ck-button.ck-v-soft{background-color:var(--c-soft);color:var(--c-ink)}
.ck-button.ck-v-soft:hover{background-color:color-mix(in oklab,var(--c-soft) 92%,var(--c-ink))}
.ck-button.ck-v-outline{border-color:color-mix(in oklab,var(--c-ink) 28%,transparent);background-color:transparent;color:var(--c-ink)}
.ck-button.ck-v-ghost{background-color:transparent;color:var(--c-ink)}
.ck-button.ck-v-outline:hover,.ck-button.ck-v-ghost:hover{background-color:color-mix(in oklab,var(--c-ink) 7%,transparent)}
.ck-button:active:not([aria-disabled],:disabled){translate:0 .5px}
.ck-button:disabled,.ck-button[aria-disabled=true]:not([aria-busy=true]){opacity:.5;cursor:not-allowed}
.ck-button[aria-busy=true]{cursor:progress}
.ck-button[aria-busy=true] .ck-button-face{opacity:0}
.ck-button>.ck-spinner{position:absolute;inset:0;margin:auto}
.ck-uniform{width:var(--h);padding:0}
.ck-block{display:flex;width:100%;flex:1 1 auto}
.ck-spinner{flex:none;width:1em;height:1em;border:1.5px solid currentColor;border-inline-end-color:transparent;border-radius:50%;animation:ck-turn 800ms linear infinite}
@keyframes ck-turn{to{rotate:360deg}}

.ck-control,.ck-search{appearance:none;display:block;width:100%;min-width:0;min-height:var(--h);margin:0;padding:0 var(--w-gutter,var(--s));border:1px solid var(--w-edge);border-radius:min(var(--ck-radius-m),calc(var(--h)/2));background-color:var(--ck-bg-raised);color:var(--ck-text);font:inherit;font-size:max(var(--f),14px);line-height:1.4;transition:border-color var(--ck-fast)}
.ck-grows{resize:none!important}
textarea.ck-control{padding-block:calc((var(--h) - 1.4em - 2px)/2);resize:vertical;max-height:calc(var(--w-max-rows,40)*1.4em + var(--h) - 1.4em)}
.ck-field-soft{background-color:var(--ck-bg-subtle);border-color:var(--ck-line-strong)}
.ck-control:hover:not(:disabled){border-color:var(--ck-text-muted)}
.ck-control:focus-visible,.ck-editable:focus-visible,.ck-search:focus-visible{outline-offset:0}
.ck-control:disabled,.ck-editable:disabled{opacity:.55;cursor:not-allowed}
.ck-control:user-invalid,.ck-editable:user-invalid{border-color:var(--ck-danger)}
.ck-choice{display:inline-flex;align-items:flex-start;gap:8px;min-height:24px;font-size:.9375em;line-height:1.4;cursor:pointer}
.ck-choice[data-disabled]{opacity:.55;cursor:not-allowed}
.ck-choice>span{padding-top:1px;min-width:0;overflow-wrap:anywhere}
.ck-check,.ck-radio{appearance:none;position:relative;flex:none;width:18px;height:18px;margin:2px;border:1.5px solid var(--w-edge);background-color:var(--ck-bg-raised);cursor:inherit;transition:background-color var(--ck-fast),border-color var(--ck-fast)}
.ck-check{border-radius:min(5px,var(--ck-radius-m))}.ck-radio{border-radius:50%}
.ck-check::before,.ck-radio::before{content:"";position:absolute;inset:-5px}
.ck-check:checked,.ck-radio:checked{border-color:var(--ck-accent);background-color:var(--ck-accent)}
.ck-check:checked::after{content:"";position:absolute;left:5px;top:1.5px;width:5px;height:9px;border:solid var(--ck-on-accent);border-width:0 2px 2px 0;rotate:45deg}
.ck-radio:checked::after{content:"";position:absolute;inset:4px;border-radius:50%;background-color:var(--ck-on-accent)}
.ck-check:user-invalid,.ck-radio:user-invalid{border-color:var(--ck-danger)}
.ck-radios{display:flex;min-width:0}.ck-radios-row{flex-flow:row wrap;gap:8px 20px}.ck-radios-col{flex-direction:column;gap:8px}

.ck-trigger{position:relative;display:inline-flex;max-width:100%;min-width:0;font-size:var(--ck-text-m)}
.ck-trigger.ck-clearable{min-width:min(100%,128px)}
.ck-trigger.ck-block{display:flex}
.ck-col>.ck-trigger:not(.ck-block){align-self:flex-start}
.ck-trigger-button{display:inline-flex;align-items:center;gap:8px;width:100%;min-width:0;min-height:var(--h);margin:0;padding:0 var(--s);border:1px solid transparent;border-radius:min(var(--ck-radius-m),calc(var(--h)/2));background:none;color:var(--ck-text);font:inherit;font-size:var(--f);text-align:start;cursor:pointer;transition:background-color var(--ck-fast),border-color var(--ck-fast)}
.ck-trigger.ck-pill .ck-trigger-button{border-radius:999px}
.ck-trigger-text{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.ck-placeholder{color:var(--ck-text-faint)}
.ck-trigger-outline .ck-trigger-button{border-color:var(--w-edge);background-color:var(--ck-bg-raised)}
.ck-trigger-outline .ck-trigger-button:hover{border-color:var(--ck-text-muted)}
.ck-trigger-soft .ck-trigger-button{background-color:var(--ck-bg-subtle);border-color:var(--ck-line-strong)}
.ck-trigger-solid .ck-trigger-button{background-color:var(--ck-bg-active)}
.ck-trigger-soft .ck-trigger-button:hover,.ck-trigger-solid .ck-trigger-button:hover,.ck-trigger-ghost .ck-trigger-button:hover{background-color:var(--ck-bg-hover)}
.ck-trigger-solid .ck-placeholder,.ck-trigger-soft .ck-placeholder{color:var(--ck-text-muted)}
.ck-trigger-button:disabled{opacity:.55;cursor:not-allowed}
.ck-clearable .ck-trigger-button .ck-chevron{margin-inline-start:22px}
.ck-clear{position:absolute;inset-block:0;inset-inline-end:calc(var(--s) + 14px);width:24px;margin:auto;height:24px;padding:0;border:0;border-radius:min(6px,var(--ck-radius-m));background:none;color:var(--ck-text-muted);cursor:pointer}
.ck-clear:hover{background-color:var(--ck-bg-hover);color:var(--ck-text)}
.ck-clear:focus-visible{outline-offset:-2px}
.ck-cross{position:absolute;inset:0;width:10px;height:10px;margin:auto;background:linear-gradient(currentColor 0 0) center/100% 1.5px no-repeat,linear-gradient(currentColor 0 0) center/1.5px 100% no-repeat;rotate:45deg}
.ck-chevron{flex:none;width:7px;height:7px;margin:-4px 2px 0;border:solid currentColor;border-width:0 1.5px 1.5px 0;rotate:45deg;opacity:.7}
.ck-status .ck-chevron{transition:rotate var(--ck-fast)}
.ck-status-toggle .ck-chevron{rotate:45deg;margin-top:-4px}
.ck-status-toggle[aria-expanded=true] .ck-chevron{rotate:225deg;margin-top:4px}

.ck-popover{position:fixed;inset:auto;left:0;top:0;margin:0;padding:4px;border:1px solid var(--ck-line);border-radius:var(--ck-radius-m);background-color:var(--ck-bg-raised);color:var(--ck-text);box-shadow:var(--ck-shadow);max-width:calc(100vw - 16px);overflow:hidden;font-family:var(--ck-font);font-size:var(--ck-text-s);line-height:1.4;z-index:10}
.ck-popover{animation:ck-appear var(--ck-fast) ease-out}
.ck-select-popover{display:flex;flex-direction:column;min-width:max(var(--w-anchor,160px),160px);max-height:min(340px,calc(100vh - 16px))}
.ck-select-popover:not(:popover-open){display:none}
.ck-search{--h:36px;--s:10px;--f:14px;flex:none;margin-bottom:4px}
.ck-search:focus-visible{outline-offset:-2px}
.ck-options{min-height:0;overflow-y:auto;outline:none}
.ck-option{position:relative;display:flex;flex-direction:column;justify-content:center;min-height:36px;padding:6px 32px 6px 10px;border-radius:calc(var(--ck-radius-m) - 4px);cursor:default;overflow-wrap:anywhere}
.ck-option[data-active]{background-color:var(--ck-bg-hover)}
.ck-option[aria-selected=true]{font-weight:500}
.ck-option[aria-disabled=true]{opacity:.5}
.ck-option-description{color:var(--ck-text-muted);font-size:12px;font-weight:400}
.ck-tick{position:absolute;top:calc(50% - 7px);inset-inline-end:14px;width:5px;height:10px;border:solid currentColor;border-width:0 1.5px 1.5px 0;rotate:45deg}
.ck-options-empty{padding:12px 10px;color:var(--ck-text-muted)}
.ck-calendar{padding:12px;width:292px}
.ck-calendar-head{display:flex;align-items:center;justify-content:space-between;gap:8px}
.ck-calendar-month{font-weight:600;text-align:center}
.ck-calendar-month::first-letter{text-transform:uppercase}
.ck-turn{position:relative;width:32px;height:32px;padding:0;border:0;border-radius:var(--ck-radius-m);background:none;color:inherit;cursor:pointer}
.ck-turn:hover{background-color:var(--ck-bg-hover)}
.ck-turn:disabled{opacity:.35;cursor:not-allowed}
.ck-turn::before{content:"";position:absolute;inset:0;width:7px;height:7px;margin:auto;border:solid currentColor;border-width:0 0 1.5px 1.5px;rotate:45deg}
.ck-turn-on::before{rotate:225deg}
.ck-turn:dir(rtl)::before{rotate:225deg}.ck-turn-on:dir(rtl)::before{rotate:45deg}
.ck-calendar-grid{width:100%;margin:8px 0 4px;border-collapse:collapse;table-layout:fixed}
.ck-calendar-grid th{height:28px;padding:0;color:var(--ck-text-muted);font-size:12px;font-weight:400;text-align:center}
.ck-calendar-grid td{padding:1px 0;text-align:center}
.ck-day{position:relative;width:36px;height:36px;padding:0;border:0;border-radius:var(--ck-radius-m);background:none;color:inherit;font:inherit;font-variant-numeric:tabular-nums;cursor:pointer}
.ck-day:hover{background-color:var(--ck-bg-hover)}
.ck-day[data-other]{color:var(--ck-text-faint)}
.ck-day[aria-current]::after{content:"";position:absolute;left:0;right:0;bottom:5px;width:4px;height:4px;margin:auto;border-radius:50%;background-color:currentColor}
td[aria-selected=true] .ck-day{background-color:var(--ck-accent);color:var(--ck-on-accent)}
.ck-day:disabled{opacity:.35;cursor:not-allowed;text-decoration:line-through}
.ck-calendar-foot{display:flex;justify-content:flex-end}

.ck-list{width:100%;max-width:560px}
.ck-list-rows{list-style:none;margin:0;padding:4px}
.ck-item{position:relative;display:flex;align-items:center;gap:8px;border-radius:calc(var(--ck-radius-l) - 4px)}
.ck-item+.ck-item::before{content:"";position:absolute;inset:0 12px auto;border-top:1px solid var(--ck-line)}
.ck-item-content{position:relative;display:flex;flex:1;min-width:0;min-height:44px;gap:12px;padding:10px 12px}
.ck-item:not(.ck-item-action):not(:has(>.ck-item-content)){padding:10px 12px}
.ck-item-hit{position:absolute;inset:1px 0;margin:0;padding:0;border:0;border-radius:inherit;background:none;cursor:pointer;transition:background-color var(--ck-fast)}
.ck-item-hit:hover{background-color:var(--ck-bg-hover)}
.ck-item-hit:focus-visible{outline-offset:-2px}
.ck-item-hit[aria-disabled=true]{cursor:not-allowed}
.ck-item-action>.ck-item-content{pointer-events:none}
.ck-item-action>.ck-item-content :is(a,button,input,select,textarea,label,summary,[tabindex]){pointer-events:auto}
.ck-item[aria-busy=true]>.ck-item-content{opacity:.55}
.ck-item>.ck-spinner{margin-inline-end:14px}
.ck-list-more{display:block;width:calc(100% - 8px);min-height:44px;margin:0 4px 4px;padding:0 12px;border:0;border-radius:calc(var(--ck-radius-l) - 4px);background:none;color:var(--ck-text-muted);font:inherit;font-size:var(--ck-text-s);cursor:pointer}
.ck-list-more:hover{background-color:var(--ck-bg-hover);color:var(--ck-text)}

.ck-table-frame{margin-inline:-10px;overflow-x:auto;border-radius:var(--ck-radius-s)}
.ck-table{width:100%;border-collapse:collapse;font-size:var(--ck-text-s);font-variant-numeric:tabular-nums}
.ck-cell{padding:8px 10px;border-bottom:1px solid var(--ck-line);text-align:start;vertical-align:middle;font-weight:400}
.ck-cell .ck-t{overflow-wrap:break-word}
.ck-table-frame:focus-visible{outline-offset:-2px}
thead .ck-cell{color:var(--ck-text-muted);font-weight:500;border-bottom-color:var(--ck-line-strong)}
tbody tr:last-child>.ck-cell:not([rowspan]){border-bottom:0}
.ck-table .ck-t{font-size:inherit}
.ck-cell-content{display:flex;flex-direction:column;align-items:stretch;gap:2px;min-width:0}
.ck-cell-content[data-align=center]{align-items:center}.ck-cell-content[data-align=end]{align-items:flex-end}
.ck-cell-content>.ck-badge{align-self:flex-start}.ck-cell-content[data-align]>.ck-badge{align-self:auto}
${tableSizes}

.ck-chart{position:relative;display:flex;width:100%;min-width:0;max-width:100%;min-height:80px}
.ck-chart-in{position:relative;display:flex;flex:1;flex-direction:column;gap:10px;min-width:0;min-height:0}
.ck-plot{position:relative;flex:1;min-height:0;min-width:0;border-radius:var(--ck-radius-s);touch-action:pan-y}
.ck-svg{position:absolute;inset:0;display:block;overflow:visible;direction:ltr}
.ck-grid{stroke:var(--ck-line);stroke-width:1}.ck-grid-zero{stroke:var(--ck-line-strong)}
.ck-axis{fill:var(--ck-text-muted);font-size:12px;font-variant-numeric:tabular-nums}
.ck-stroke{fill:none;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.ck-area{opacity:.18}
.ck-dot{stroke:var(--ck-bg-raised);stroke-width:2}
.ck-cursor{stroke:var(--ck-text-faint);stroke-width:1;stroke-dasharray:3 3}.ck-cursor-band{fill:var(--ck-text);opacity:.06}
.ck-tooltip{position:absolute;top:4px;min-width:120px;max-width:240px;padding:8px 10px;border:1px solid var(--ck-line);border-radius:var(--ck-radius-m);background-color:var(--ck-bg-raised);box-shadow:var(--ck-shadow);font-size:12px;line-height:1.5;pointer-events:none}
.ck-tooltip-title{margin-bottom:2px;font-weight:600}
.ck-tooltip-row{display:flex;align-items:center;gap:6px}
.ck-tooltip-name{flex:1;min-width:0;color:var(--ck-text-muted);overflow:hidden;text-overflow:ellipsis}
.ck-tooltip-value{font-variant-numeric:tabular-nums;font-weight:500}
.ck-legend{display:flex;flex-wrap:wrap;justify-content:center;gap:4px 16px;font-size:12px;color:var(--ck-text-muted)}
.ck-legend-item{display:inline-flex;align-items:center;gap:6px;max-width:100%}
.ck-swatch{flex:none}
.ck-legend-label{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.ck-swatch{flex:none;width:10px;height:10px;border-radius:min(3px,var(--ck-radius-s))}.ck-swatch-line{height:3px;width:12px}
.ck-skeleton{border-radius:var(--ck-radius-m);background-color:var(--ck-bg-subtle);animation:ck-breathe 1.6s ease-in-out infinite alternate}
.ck-chart-note{margin:auto;color:var(--ck-text-muted);font-size:var(--ck-text-s)}
@keyframes ck-breathe{to{background-color:var(--ck-bg-hover)}}

@media (pointer:coarse){
.ck-button::after,.ck-clear::after{content:"";position:absolute;inset:min(0px,calc((var(--h) - 44px)/2)) min(0px,calc((var(--h) - 44px)/4))}
.ck-control,.ck-trigger-button{min-height:44px}.ck-choice{min-height:44px;align-items:center}.ck-option{min-height:44px}
.ck-control,.ck-search{font-size:16px}
}
@media (prefers-reduced-motion:reduce){
.ck-widget *,.ck-widget *::before,.ck-widget *::after{animation-duration:1ms!important;animation-iteration-count:1!important;transition-duration:1ms!important}
.ck-spinner{animation:none!important;border-inline-end-color:currentColor;border-style:dotted}
}
@media (forced-colors:active){
.ck-axis{fill:CanvasText}.ck-swatch{forced-color-adjust:none}.ck-cross{forced-color-adjust:none;color:ButtonText}
.ck-check:checked,.ck-radio:checked{border-color:Highlight;background-color:Highlight;forced-color-adjust:none}
.ck-check:checked::after{border-color:HighlightText}.ck-radio:checked::after{background-color:HighlightText}
.ck-option[data-active]{outline:2px solid Highlight;outline-offset:-2px}
.ck-option[aria-selected=true],td[aria-selected=true] .ck-day{background-color:Highlight;color:HighlightText;forced-color-adjust:none}
.ck-turn,.ck-clear,.ck-list-more{border:1px solid ButtonBorder}
}
@media print{.ck-popover,.ck-list-more{display:none}}
`;
