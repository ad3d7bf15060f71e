/** The times of a request, which differ between two servers that are asked one after the other. */
const CLOCK = /"(created_at|expires_at)":"[^"]*"/g;

/** Sends one request to each of the seven fixed paths. Returns status and body of each answer, without the times of now. */
export async function answersOf(base: string): Promise<string[]> {
  const answers: string[] = [];
  const send = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(base + path, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    answers.push(`${response.status} ${text.replaceAll(CLOCK, '')}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const name = { first_name: 'Ada', last_name: 'Lane' };
  const day = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  await send('GET', '/client/getProviderAvailability?provider_id=1');
  const { provider_id } = await send('POST', '/provider/create', name);
  const { client_id } = await send('POST', '/client/create', name);
  const offer = { provider_id, start_time: `${day}T10:00:00Z`, end_time: `${day}T11:00:00Z` };
  const offered = await send('POST', '/provider/availability', offer);
  const [slot] = offered['available timeslots'] as { timeslot_id: number }[];
  const held = await send('POST', '/client/reserve', { client_id, timeslot_id: slot?.timeslot_id });
  const { reservation_id } = held['Reservation scheduled'] as { reservation_id: number };
  await send('PUT', '/client/confirm', { client_id, reservation_id });
  await send('PUT', '/provider/expiredReservations');
  return answers;
}
