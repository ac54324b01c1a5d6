/** Addresses that may be followed from the page: of the web, nothing that runs. Pure. */
export const isWebAddress = (address: string): boolean => URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
