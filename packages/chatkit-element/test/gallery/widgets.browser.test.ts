import { drawGallery } from './draw-gallery.ts';

drawGallery((group) => group === 'widgets' || group === 'items');
