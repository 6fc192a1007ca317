// What is asked of the server: its events and its texts, with the token where there is one.

/** The token, which is kept until the tab is closed; another one takes its place. */
export function token(another) {
  if (another === '') sessionStorage.removeItem('token');
  else if (another !== undefined) sessionStorage.setItem('token', another);
  return sessionStorage.getItem('token');
}

export function headers() {
  return token() ? { Authorization: `Bearer ${token()}` } : {};
}

/**
 * Reads /v1/events to their end; false where the token is missing or wrong. By hand, because the
 * browser's own reader cannot send a token.
 */
export async function follow(opened, take) {
  const response = await fetch('/v1/events', { headers: headers(), cache: 'no-store' });
  if (response.status === 401) return false;
  if (!response.ok) throw new Error(`status ${response.status}`);
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return true;
    text += value;
    let end;
    while ((end = text.indexOf('\n\n')) >= 0) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const event = lines.find(line => line.startsWith('event: '))?.slice(7);
      const data = lines.find(line => line.startsWith('data: '))?.slice(6);
      take[event]?.(JSON.parse(data));
    }
  }
}

/** Shows a text of the server's in place of the page; false where the token is wrong. */
export async function open(address) {
  const response = await fetch(address, { headers: headers(), cache: 'no-store' });
  if (response.status === 401) return false;
  const text = new Blob([await response.text()], { type: 'text/plain;charset=utf-8' });
  location.assign(URL.createObjectURL(text));
  return true;
}
