import { drawGallery } from './draw-gallery.ts';

drawGallery((group) => !['states', 'widgets', 'items'].includes(group));
