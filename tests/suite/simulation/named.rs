//! What the simulation found, each as short as it could be made, so that it stays mended.
