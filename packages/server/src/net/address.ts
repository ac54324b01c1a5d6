/**
 * Which network addresses a fetch may reach. An address may carry another inside it (IPv4-mapped, NAT64, 6to4); what
 * counts is the address at which the packets arrive.
 *
 * Ranges: IANA special-purpose registries (RFC 6890) as ipaddr.js keeps them; NAT64 RFC 6052, 6to4 RFC 3056.
 */
import ipaddr from 'ipaddr.js'

type Address = ReturnType<typeof ipaddr.parse>

/** Open when the owner allows private addresses. Link-local stays closed: clouds answer there with the keys of the machine. */
const PRIVATE: ReadonlySet<string> = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal'])

const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3')

/** The IPv4 address that an IPv6 address leads to, else the address itself. */
function innermost(address: Address): Address {
  if (address.kind() === 'ipv4') return address
  const v6 = address as ReturnType<typeof ipaddr.IPv6.parse>
  const bytes = v6.toByteArray()
  switch (v6.range()) {
    case 'ipv4Mapped':
      return v6.toIPv4Address()
    case 'rfc6052':
      return ipaddr.fromByteArray(bytes.slice(12))
    case '6to4':
      return ipaddr.fromByteArray(bytes.slice(2, 6))
    default:
      return v6
  }
}

/**
 * May this address be connected to?
 * @param text  an IP address in the usual form, IPv6 with or without zone
 * @returns     false for everything that is not an address of the public internet, and for anything unreadable
 */
export function isReachable(text: string, allowPrivate: boolean): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = innermost(ipaddr.parse(text))
  const range: string = address.range()
  if (allowPrivate && PRIVATE.has(range)) return true
  if (range !== 'unicast') return false
  // Of IPv6 only the global block: outside of it lie deprecated and unassigned forms that some systems still route.
  return address.kind() === 'ipv4' || (address as ReturnType<typeof ipaddr.IPv6.parse>).match(GLOBAL_V6)
}

/** The address in a host of a URL ("127.0.0.1", "[::1]"), null for a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return ipaddr.isValid(bare) ? bare : null
}
