"""A stand-in of AWS on loopback: moto, with the answers mended in which it is unlike AWS; each mend names its evidence.

server     the server: accounts, counts, faults
gaps       how a mend is declared
dynamodb   what moto answers otherwise than DynamoDB; likewise kms, others
"""
