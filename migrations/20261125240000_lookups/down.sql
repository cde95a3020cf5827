DROP TABLE lookup_hits;
DROP TABLE lookups;
