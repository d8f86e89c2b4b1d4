"""Plans that spread a frozen list over products (N35): solved with a proof, steered by hand, frozen once."""
