//! Words and ciphers in the registers of an x86-64.
//!
//! The only module with `unsafe`. It stands for one thing: a function may use instructions that not every processor has.
//! Nothing here is called but through [`super::engine::Engine::or_less`], which asks the processor first; `bmi` asks itself.
//! Memory is reached by reference, but for loads and stores of whole registers, whose lengths are asserted. One instruction
//! is written as such, because it matters which register it overwrites.
#![allow(unsafe_code)]

mod aes;
pub(super) mod bmi;
mod sm4;
mod ymm;
mod zmm;

pub(super) use aes::AesNi;
pub(super) use sm4::Sm4Gfni;
pub(super) use ymm::Ymm;
pub(super) use zmm::Zmm;

/// A function of the trait, compiled with features of the processor.
macro_rules! with_features {
    ($features:literal, $word:ty, $(fn $name:ident($($given:ident: $type:ty),*) $(-> $out:ty)? = $body:path;)*) => {
        impl Word for $word {
            $(fn $name($($given: $type),*) $(-> $out)? {
                #[target_feature(enable = $features)]
                fn run($($given: $type),*) $(-> $out)? {
                    $body($($given),*)
                }
                // SAFETY: a word is only used where `Engine::available` has found these features.
                unsafe { run($($given),*) }
            })*
        }
    };
}

macro_rules! compiled_for {
    ($features:literal, $word:ty) => {
        crate::bulk::vector::with_features! { $features, $word,
            fn shared(left: &mut Half<$word>, right: &mut Half<$word>, entry: &Entry, key: &SharedKey) = des::with_shared_key;
            fn lanes(left: &mut Half<$word>, right: &mut Half<$word>, key: &LaneKey<$word>, way: Way) = des::with_lane_key;
            fn planes(column: &[u64], planes: &mut [$word; 64]) = transpose::planes;
            fn column(high: Halves<'_, $word>, low: Halves<'_, $word>, column: &mut [u64]) = des::column;
            fn busy(rounds: usize) -> usize = gates::keep_busy::<$word>;
            fn set(state: [&mut Half<$word>; 2], planes: &[$word; PLANES], wiring: &Wiring) = des::set;
            fn absorb(state: [&mut Half<$word>; 2], planes: &[$word; PLANES], wiring: &Wiring) = des::absorb;
            fn key(key: &mut LaneKey<$word>, state: Halves<'_, $word>, carried: &Masks) = des::key;
            fn folded_key(key: &mut LaneKey<$word>, one: Halves<'_, $word>, other: Halves<'_, $word>) = des::folded_key;
        }
    };
}

use {compiled_for, with_features};
