DROP TABLE outflows;
DROP TABLE reveals;
