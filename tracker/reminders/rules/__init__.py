"""Pure rules of reminding: which stage is due, who hears of it, one letter a day, when to try again."""
