DROP TABLE maintenance_items;
DROP TABLE maintenance_applications;
