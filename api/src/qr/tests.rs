//! Drawing and reading together: what is drawn here is read here, also from a photo.

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use proptest::prelude::*;

use super::photo::Shot;
use super::{Code, DrawError, Medium, ReadError, read_codes};

/// A code's text of `length` characters, looking as ours do.
fn text(length: usize, seed: u64) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut state = seed | 1;
    let token = std::iter::repeat_with(|| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        char::from(alphabet[usize::try_from(state >> 59).unwrap()])
    });
    "HTTPS://YZT.EXAMPLE.ORG/V/1".chars().chain(token).take(length).collect()
}

/// A vehicle's code (version 13) and the longest there is (version 16).
const LENGTHS: [(usize, u8); 2] = [(600, 13), (850, 16)];

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn assert_read(shot: Shot) {
    for (length, version) in LENGTHS {
        let text = text(length, shot.seed);
        let code = Code::new(&text, Medium::Screen).unwrap();
        assert_eq!(code.version(), version);
        assert_eq!(read_codes(&shot.jpeg(&code.modules())), Ok(vec![text]), "{shot:?}, version {version}");
    }
}

#[test]
fn a_driver_s_a_vehicle_s_and_the_longest_code_have_the_versions_of_the_protocol() {
    // Capacities of ISO/IEC 18004, table 7, alphanumeric, level L and M.
    let version = |length, medium| Code::new(&text(length, 1), medium).map(|code| code.version());
    assert_eq!(version(535, Medium::Screen), Ok(12));
    assert_eq!(version(536, Medium::Screen), Ok(13));
    assert_eq!(version(619, Medium::Screen), Ok(13));
    assert_eq!(version(854, Medium::Screen), Ok(16));
    assert_eq!(version(855, Medium::Screen), Err(DrawError::TooLong));
    assert_eq!(version(535, Medium::Paper), Ok(15));
    assert_eq!(version(854, Medium::Paper), Ok(19));
    assert_eq!(version(855, Medium::Paper), Err(DrawError::TooLong));
    assert_eq!(version(20_000, Medium::Screen), Err(DrawError::TooLong));
}

#[test]
fn text_that_would_leave_alphanumeric_mode_is_not_drawn() {
    for text in ["", "https://yzt.example.org/V/1ABC", "HTTPS://例.CN/V/1ABC", "A_B", "A?B", "A\n"] {
        assert_eq!(Code::new(text, Medium::Screen).err(), Some(DrawError::NotAlphanumeric), "{text}");
    }
}

#[test]
fn a_drawn_png_is_read_back_at_every_scale() {
    let text = text(600, 2);
    for medium in [Medium::Screen, Medium::Paper] {
        let code = Code::new(&text, medium).unwrap();
        for scale in [2, 3, 8, 20] {
            let file = code.png(scale).unwrap();
            assert_eq!(read_codes(&file), Ok(vec![text.clone()]), "{medium:?}, {scale} pixels a module");
        }
    }
}

#[test]
fn a_png_has_the_quiet_zone_and_the_size_that_was_asked_for() {
    let code = Code::new(&text(500, 3), Medium::Screen).unwrap();
    let picture = image::load_from_memory(&code.png(4).unwrap()).unwrap().into_luma8();
    assert_eq!(picture.dimensions(), ((65 + 8) * 4, (65 + 8) * 4));
    assert!(picture.enumerate_pixels().all(|(x, y, pixel)| (x >= 16 && y >= 16) || pixel.0 == [255]));
    assert_eq!(picture.get_pixel(16, 16).0, [0], "the corner of the first finder pattern");
    assert_eq!(code.png(0), Err(DrawError::Scale));
    assert_eq!(code.png(41), Err(DrawError::Scale));
}

#[test]
fn an_svg_has_the_same_modules_as_the_png() {
    let code = Code::new(&text(600, 4), Medium::Screen).unwrap();
    let svg = code.svg();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 77 77\""));
    let mut drawn = GrayImage::from_pixel(77, 77, Luma([255]));
    let path = svg.rsplit_once("<path d=\"").unwrap().1.trim_end_matches("\"/></svg>");
    for run in path.split_terminator('z') {
        let numbers: Vec<u32> =
            run.split(['M', ' ', 'h', 'v']).filter_map(|number| number.parse().ok()).collect();
        let [x, y, length, 1] = numbers[..] else { panic!("not a run: {run}") };
        (x..x + length).for_each(|x| drawn.put_pixel(x, y, Luma([0])));
    }
    let picture = image::load_from_memory(&code.png(1).unwrap()).unwrap().into_luma8();
    assert_eq!(drawn, picture);
}

#[test]
fn photos_as_an_officer_takes_them_are_read() {
    (1..=4).map(Shot::ordinary).for_each(assert_read);
}

#[test]
fn photos_turned_and_tilted_are_read() {
    for (seed, turn, tilt) in
        [(11, 40.0, (20.0, -15.0)), (12, -33.0, (-25.0, 10.0)), (13, 95.0, (10.0, 20.0))]
    {
        assert_read(Shot { turn, tilt, ..Shot::ordinary(seed) });
    }
}

#[test]
fn photos_out_of_focus_are_read() {
    for seed in 21..=22 {
        assert_read(Shot { blur: 0.4, ..Shot::ordinary(seed) });
    }
}

#[test]
fn photos_in_poor_light_are_read() {
    for seed in 31..=32 {
        assert_read(Shot { noise: 10.0, shade: 0.6, contrast: 0.55, ..Shot::ordinary(seed) });
    }
}

#[test]
fn photos_from_far_or_badly_compressed_are_read() {
    assert_read(Shot { pixels_per_module: 2.0, blur: 0.15, ..Shot::ordinary(41) });
    assert_read(Shot { jpeg_quality: 25, ..Shot::ordinary(42) });
}

#[test]
fn a_small_code_in_a_picture_of_many_megapixels_is_read() {
    // Given a code of 200 pixels in 14 million, too small in the shrunk picture
    let text = text(600, 5);
    let code = image::load_from_memory(&Code::new(&text, Medium::Screen).unwrap().png(2).unwrap()).unwrap();
    let mut wide = DynamicImage::from(GrayImage::from_pixel(4_400, 3_200, Luma([200])));
    image::imageops::replace(&mut wide, &code, 3_000, 2_000);
    // When and then
    assert_eq!(read_codes(&png(&wide)), Ok(vec![text]));
}

#[test]
fn two_codes_in_one_picture_are_both_read() {
    let texts = [text(200, 6), text(500, 7)];
    let mut page = DynamicImage::from(GrayImage::from_pixel(900, 400, Luma([255])));
    for (text, x) in texts.iter().zip([20, 420]) {
        let file = Code::new(text, Medium::Screen).unwrap().png(5).unwrap();
        image::imageops::replace(&mut page, &image::load_from_memory(&file).unwrap(), x, 10);
    }
    let mut read = read_codes(&png(&page)).unwrap();
    read.sort_by_key(String::len);
    assert_eq!(read, texts);
}

#[test]
fn an_inverted_screen_and_a_transparent_ground_are_read() {
    let text = text(600, 8);
    let mut inverted =
        image::load_from_memory(&Code::new(&text, Medium::Screen).unwrap().png(4).unwrap()).unwrap();
    inverted.invert();
    assert_eq!(read_codes(&png(&inverted)), Ok(vec![text.clone()]));
    // Black on nothing: the light modules are transparent black.
    let mut glass = inverted.to_luma_alpha8();
    glass.pixels_mut().for_each(|pixel| pixel.0 = [0, pixel.0[0]]);
    assert_eq!(read_codes(&png(&glass.into())), Ok(vec![text]));
}

#[test]
fn a_picture_without_a_code_says_so_and_what_to_do() {
    let grey =
        DynamicImage::from(GrayImage::from_fn(300, 200, |x, y| Luma([u8::try_from((x * y) % 251).unwrap()])));
    let error = read_codes(&png(&grey)).unwrap_err();
    assert_eq!(error, ReadError::NoCode);
    assert_eq!(error.code(), "image_without_code");
    assert!(!error.next_step().zh.is_empty());
    assert_eq!(read_codes(&png(&DynamicImage::new_luma8(1, 1))), Err(ReadError::NoCode));
}

#[test]
fn what_is_no_picture_or_half_a_picture_is_told_apart() {
    let whole = Code::new(&text(500, 9), Medium::Screen).unwrap().png(4).unwrap();
    assert_eq!(read_codes(b""), Err(ReadError::NotAPicture));
    assert_eq!(read_codes(b"%PDF-1.7 not a picture"), Err(ReadError::NotAPicture));
    assert_eq!(read_codes(b"GIF89a\x01\x00\x01\x00\x00\x00\x00"), Err(ReadError::NotAPicture));
    assert_eq!(read_codes(&whole[..whole.len() / 2]), Err(ReadError::Damaged));
    assert_eq!(read_codes(&whole[..20]), Err(ReadError::Damaged));
    assert_eq!(read_codes(&vec![0; 20 * 1024 * 1024 + 1]), Err(ReadError::TooManyBytes));
}

#[test]
fn a_decompression_bomb_is_refused_before_it_is_decoded() {
    // Given a PNG of a few bytes that claims 60,000 by 60,000 pixels
    let mut bomb = png(&DynamicImage::new_luma8(1, 1));
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let header_check = crc32(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&header_check);
    // When and then
    assert_eq!(read_codes(&bomb), Err(ReadError::TooManyPixels));
}

/// The check value of a PNG chunk (ISO/IEC 15948, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[test]
fn a_picture_made_of_finder_patterns_does_not_take_minutes() {
    // Given 10,000 finder patterns, from which billions of triples could be made
    let wall = GrayImage::from_fn(800, 800, |x, y| {
        let ring = (x % 8).abs_diff(3).max((y % 8).abs_diff(3));
        Luma([if matches!(ring, 0 | 1 | 3) { 0 } else { 255 }])
    });
    // When and then: the test runner's limit on time would tell
    assert_eq!(read_codes(&png(&wall.into())), Err(ReadError::NoCode));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_alphanumeric_text_is_read_back(text in "[A-Z0-9 $%*+./:-]{1,300}") {
        let file = Code::new(&text, Medium::Screen).unwrap().png(4).unwrap();
        prop_assert_eq!(read_codes(&file), Ok(vec![text]));
    }

    #[test]
    fn a_damaged_file_never_panics(position in 0_usize..2_000, byte: u8) {
        let mut file = Code::new("HTTPS://YZT.EXAMPLE.ORG/V/1ABC", Medium::Screen).unwrap().png(4).unwrap();
        let position = position % file.len();
        file[position] = byte;
        let _ = read_codes(&file);
    }
}
