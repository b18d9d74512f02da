export { copyText } from './copy-text.ts';
export { isOfInputMethod } from './input-method.ts';
export { MenuButton, type MenuItem } from './menu.tsx';
export { type Align, type Side, usePopover } from './popover.ts';
