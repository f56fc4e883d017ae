"""MM7, the SOAP protocol between a message sender and a picture-message centre. Source: 3GPP TS 23.140."""
