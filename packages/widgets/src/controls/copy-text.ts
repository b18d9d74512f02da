/**
 * Copies a text; false when the browser refuses. On plain http from another machine there is no clipboard to write to, but
 * what is selected can still be copied: a field that is gone before anybody sees it, beside `near`, since an open dialog lets
 * nothing outside of it be selected.
 */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    near.after(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    near.focus();
    return copied;
  }
}
