export { Icon, setIconBase } from './icon.tsx';
