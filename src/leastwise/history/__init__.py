"""The audits of an account over time: kept in one file (`store`), and what they tell together (`trend`)."""
