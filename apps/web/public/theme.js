// Runs before the first paint, so that a page in the chosen colours never flashes in the other ones.
(() => {
  try {
    const theme = localStorage.getItem('causerie.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be refused; then the system's preference stands.
  }
})();
