DROP INDEX CONCURRENTLY IF EXISTS receipts_by_officer;
CREATE INDEX CONCURRENTLY receipts_by_officer ON receipts (officer, scanned_at);
