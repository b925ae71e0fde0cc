export interface KnownHosts {
  /** The address that the server is bound to; where it is open to others, every name is answered. */
  readonly host: string;
  /** Further names to answer to, lower case, without a port. */
  readonly hosts: readonly string[];
}

export function allowsHost(header: string | undefined, known: KnownHosts): boolean;
