"""Work after the turn: texts, deliveries to the CRM and rounds, kept in the database until they are done."""
