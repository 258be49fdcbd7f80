"""Rules and waivers as data: loading, three-valued conditions, embedded tests; the only owner of YAML."""
