-- Templates of documents are kept by the platform now: console, “Document templates”.
DROP TABLE opinion_template;
