/**
 * Copies a text; false when the browser refuses. On plain http from another machine there is no clipboard to write to, but
 * what is selected can still be copied: a field that nobody sees, beside `near`, since an open dialog lets nothing outside of
 * it be selected.
 */
export async function copyText(text: string, near: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.setAttribute('aria-hidden', 'true');
    field.style.cssText = 'position:fixed;opacity:0';
    near.after(field);
    try {
      field.select();
      return document.execCommand('copy');
    } catch {
      return false;
    } finally {
      field.remove();
      (near as HTMLElement).focus?.();
    }
  }
}
