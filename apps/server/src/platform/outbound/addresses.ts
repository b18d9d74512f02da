import ipaddr from 'ipaddr.js';

/** Public by their range, but inside a cloud: Azure's metadata service for every machine is here. */
const insideOfClouds = new Set(['168.63.129.16']);

/** The IPv6 range that is in use at all (IANA, IPv6 Address Space). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address belongs to the public internet. All others may be the server's own machine or network: loopback,
 * private, link-local (cloud metadata), carrier-grade NAT, multicast, and all ways to write an IPv4 address in an IPv6 one
 * (mapped, NAT64, 6to4, Teredo), which a gateway may translate back.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  // `::127.0.0.1`, an old way to write an IPv4 address, has no range of its own.
  const isGlobal = !(parsed instanceof ipaddr.IPv6) || parsed.match(globalUnicast);
  return isGlobal && parsed.range() === 'unicast' && !insideOfClouds.has(parsed.toString());
}

/** Hosts and networks that may be reached though they are not public. */
export type AllowedHosts = {
  /** Whether a host is allowed by its name; its addresses are then not checked. */
  hasName(name: string): boolean;
  hasAddress(address: string): boolean;
};

/** Parses `wiki.corp.example`, `.corp.example` (with its subdomains), `10.1.2.3`, `fd00::7`, `10.0.0.0/8`. */
export function parseAllowedHosts(entries: readonly string[]): AllowedHosts {
  const networks = entries.filter((entry) => ipaddr.isValidCIDR(entry)).map((entry) => ipaddr.parseCIDR(entry));
  const addresses = new Set(entries.filter((entry) => ipaddr.isValid(entry)).map((entry) => spell(entry)));
  const names = entries.map((entry) => entry.toLowerCase());
  return {
    hasName: (name) => names.some((entry) => (entry.startsWith('.') ? name.endsWith(entry) : name === entry)),
    hasAddress(address) {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address);
      return (
        addresses.has(parsed.toString()) ||
        networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))
      );
    },
  };
}

const spell = (address: string) => ipaddr.process(address).toString();
