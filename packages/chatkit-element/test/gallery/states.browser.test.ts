import { drawGallery } from './draw-gallery.ts';

drawGallery((group) => group === 'states');
