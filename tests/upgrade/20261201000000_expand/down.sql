DROP INDEX receipts_by_officer;
DROP TABLE road_names;
ALTER TABLE receipts DROP COLUMN road;
