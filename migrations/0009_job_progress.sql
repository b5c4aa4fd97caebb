CREATE TABLE `job_progress` (
	`id` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`phase` text NOT NULL,
	`done` real NOT NULL,
	`state` text NOT NULL,
	`at` text NOT NULL
);
