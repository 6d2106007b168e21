"""The admin that every other admin of the house is made of: who may see what, and each write recorded."""
