//! The longest chain that is promised to compile, declared from either end.
use ringrift_core::prelude::*;

macro_rules! chain {
    ($($name:ident on [$($below:ident)?])*) => {$(
        #[daemon(category = "misc", depends_on = [$($below)?])]
        struct $name;
        impl Daemon for $name {}
    )*};
}

chain! {
    C001 on [] C002 on [C001] C003 on [C002] C004 on [C003] C005 on [C004] C006 on [C005]
    C007 on [C006] C008 on [C007] C009 on [C008] C010 on [C009] C011 on [C010] C012 on [C011]
    C013 on [C012] C014 on [C013] C015 on [C014] C016 on [C015] C017 on [C016] C018 on [C017]
    C019 on [C018] C020 on [C019] C021 on [C020] C022 on [C021] C023 on [C022] C024 on [C023]
    C025 on [C024] C026 on [C025] C027 on [C026] C028 on [C027] C029 on [C028] C030 on [C029]
    C031 on [C030] C032 on [C031] C033 on [C032] C034 on [C033] C035 on [C034] C036 on [C035]
    C037 on [C036] C038 on [C037] C039 on [C038] C040 on [C039] C041 on [C040] C042 on [C041]
    C043 on [C042] C044 on [C043] C045 on [C044] C046 on [C045] C047 on [C046] C048 on [C047]
    C049 on [C048] C050 on [C049] C051 on [C050] C052 on [C051] C053 on [C052] C054 on [C053]
    C055 on [C054] C056 on [C055] C057 on [C056] C058 on [C057] C059 on [C058] C060 on [C059]
    C061 on [C060] C062 on [C061] C063 on [C062] C064 on [C063] C065 on [C064] C066 on [C065]
    C067 on [C066] C068 on [C067] C069 on [C068] C070 on [C069] C071 on [C070] C072 on [C071]
    C073 on [C072] C074 on [C073] C075 on [C074] C076 on [C075] C077 on [C076] C078 on [C077]
    C079 on [C078] C080 on [C079] C081 on [C080] C082 on [C081] C083 on [C082] C084 on [C083]
    C085 on [C084] C086 on [C085] C087 on [C086] C088 on [C087] C089 on [C088] C090 on [C089]
    C091 on [C090] C092 on [C091] C093 on [C092] C094 on [C093] C095 on [C094] C096 on [C095]
    C097 on [C096] C098 on [C097] C099 on [C098] C100 on [C099]
}

chain! {
    D100 on [D099] D099 on [D098] D098 on [D097] D097 on [D096] D096 on [D095] D095 on [D094]
    D094 on [D093] D093 on [D092] D092 on [D091] D091 on [D090] D090 on [D089] D089 on [D088]
    D088 on [D087] D087 on [D086] D086 on [D085] D085 on [D084] D084 on [D083] D083 on [D082]
    D082 on [D081] D081 on [D080] D080 on [D079] D079 on [D078] D078 on [D077] D077 on [D076]
    D076 on [D075] D075 on [D074] D074 on [D073] D073 on [D072] D072 on [D071] D071 on [D070]
    D070 on [D069] D069 on [D068] D068 on [D067] D067 on [D066] D066 on [D065] D065 on [D064]
    D064 on [D063] D063 on [D062] D062 on [D061] D061 on [D060] D060 on [D059] D059 on [D058]
    D058 on [D057] D057 on [D056] D056 on [D055] D055 on [D054] D054 on [D053] D053 on [D052]
    D052 on [D051] D051 on [D050] D050 on [D049] D049 on [D048] D048 on [D047] D047 on [D046]
    D046 on [D045] D045 on [D044] D044 on [D043] D043 on [D042] D042 on [D041] D041 on [D040]
    D040 on [D039] D039 on [D038] D038 on [D037] D037 on [D036] D036 on [D035] D035 on [D034]
    D034 on [D033] D033 on [D032] D032 on [D031] D031 on [D030] D030 on [D029] D029 on [D028]
    D028 on [D027] D027 on [D026] D026 on [D025] D025 on [D024] D024 on [D023] D023 on [D022]
    D022 on [D021] D021 on [D020] D020 on [D019] D019 on [D018] D018 on [D017] D017 on [D016]
    D016 on [D015] D015 on [D014] D014 on [D013] D013 on [D012] D012 on [D011] D011 on [D010]
    D010 on [D009] D009 on [D008] D008 on [D007] D007 on [D006] D006 on [D005] D005 on [D004]
    D004 on [D003] D003 on [D002] D002 on [D001] D001 on []
}

fn main() {}
