//! Ten daemons in a circle, in ten modules.

mod one {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::two::Two])]
    pub struct One;
    impl Daemon for One {}
}

mod two {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::three::Three])]
    pub struct Two;
    impl Daemon for Two {}
}

mod three {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::four::Four])]
    pub struct Three;
    impl Daemon for Three {}
}

mod four {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::five::Five])]
    pub struct Four;
    impl Daemon for Four {}
}

mod five {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::six::Six])]
    pub struct Five;
    impl Daemon for Five {}
}

mod six {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::seven::Seven])]
    pub struct Six;
    impl Daemon for Six {}
}

mod seven {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::eight::Eight])]
    pub struct Seven;
    impl Daemon for Seven {}
}

mod eight {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::nine::Nine])]
    pub struct Eight;
    impl Daemon for Eight {}
}

mod nine {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::ten::Ten])]
    pub struct Nine;
    impl Daemon for Nine {}
}

mod ten {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::one::One])]
    pub struct Ten;
    impl Daemon for Ten {}
}

fn main() {}
