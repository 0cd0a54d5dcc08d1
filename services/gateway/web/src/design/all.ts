/** The styles of all components: for every page that is not among the first. */
import "@mantine/core/styles.layer.css";
import "./work.css";
