// Constants of the inner loops, as exported variables that nothing writes. V8 builds a constant vector
// anew at each use, in three instructions of which a core can do one at a time; a variable it loads.
// Measured: tanh, exp and the normals run at twice the speed on Node 24; tanh and exp on Node 20, which
// can keep constants, at four fifths. Variables of 128 bits, a sixth faster still on Node 24, make
// V8's revectorizer abort on Node 26.

export let ONE: f32 = 1;
export let MINUS_ONE: f32 = -1;
export let HALF: f32 = 0.5;
export let MINUS_HALF: f32 = -0.5;
/** Below it in magnitude a state or moment becomes 0. */
export let TINY: f32 = 1e-30;

// e^x: between these x; 1 / log 2; 1.5 2^23, which pushes the fraction out of the mantissa; log 2 as a
// short number and the rest, negated; the polynomial from its highest power; the exponent's bias;
// where the result leaves the normal numbers.
export let EXP_LOW: f32 = -104;
export let EXP_HIGH: f32 = 89;
export let EXP_LOG2E: f32 = 1.44269504088896341;
export let EXP_SHIFT: f32 = 12582912;
export let EXP_LN2: f32 = -0.693359375;
export let EXP_LN2_REST: f32 = 2.1219444e-4;
export let EXP_5: f32 = 1.98756915e-4;
export let EXP_4: f32 = 1.3981999507e-3;
export let EXP_3: f32 = 8.3334519073e-3;
export let EXP_2: f32 = 4.1665795894e-2;
export let EXP_1: f32 = 1.6666665459e-1;
export let EXP_0: f32 = 5.0000001201e-1;
export let EXP_BIAS: i32 = 127;
export let EXP_SMALLEST: f32 = -87.33654;

/** sqrt(2) - 1. */
export let SOFTPLUS_LARGE: f32 = 0.414213562;

// log x: masks of the mantissa and of the exponent of numbers in [1/2, 1); sqrt(1/2); the exponent's
// bias; the polynomial from its highest power; log 2 as a short number and the rest, negated.
export let LOG_MANTISSA: i32 = 0x007fffff;
export let LOG_HALF_BITS: i32 = 0x3f000000;
export let LOG_SQRT_HALF: f32 = 0.707106781186547524;
export let LOG_BIAS: i32 = 126;
export let LOG_8: f32 = 7.0376836292e-2;
export let LOG_7: f32 = -1.151461031e-1;
export let LOG_6: f32 = 1.167699874e-1;
export let LOG_5: f32 = -1.2420140846e-1;
export let LOG_4: f32 = 1.4249322787e-1;
export let LOG_3: f32 = -1.6668057665e-1;
export let LOG_2: f32 = 2.0000714765e-1;
export let LOG_1: f32 = -2.4999993993e-1;
export let LOG_0: f32 = 3.3333331174e-1;
export let LOG_LN2: f32 = 0.693359375;
export let LOG_LN2_REST: f32 = -2.1219444e-4;

// tanh x = x P(x^2) / Q(x^2) up to this x, beyond which it is 1; P and Q from their highest powers.
export let TANH_HIGH: f32 = 7.90531110763549805;
export let TANH_LOW: f32 = -7.90531110763549805;
export let TANH_P6: f32 = -2.76076847742355e-16;
export let TANH_P5: f32 = 2.00018790482477e-13;
export let TANH_P4: f32 = -8.60467152213735e-11;
export let TANH_P3: f32 = 5.12229709037114e-8;
export let TANH_P2: f32 = 1.48572235717979e-5;
export let TANH_P1: f32 = 6.37261928875436e-4;
export let TANH_P0: f32 = 4.89352455891786e-3;
export let TANH_Q3: f32 = 1.19825839466702e-6;
export let TANH_Q2: f32 = 1.18534705686654e-4;
export let TANH_Q1: f32 = 2.268434632439e-3;
export let TANH_Q0: f32 = 4.89352518554385e-3;

// Box-Muller: 2^-24; pi / 2 / 2^32; half a quarter turn; the sign bit; sine and cosine.
export let BIT_1: i32 = 1;
export let SIGN_BIT: i32 = 0x80000000;
export let UNIT_24: f32 = 5.9604644775390625e-8;
export let MINUS_TWO: f32 = -2;
export let QUARTER_UNIT: f32 = 3.6572951981e-10;
export let QUARTER_HALF: i32 = 0x20000000;
export let SINE_2: f32 = -1.9515295891e-4;
export let SINE_1: f32 = 8.3321608736e-3;
export let SINE_0: f32 = -1.6666654611e-1;
export let COSINE_2: f32 = 2.443315711809948e-5;
export let COSINE_1: f32 = -1.388731625493765e-3;
export let COSINE_0: f32 = 4.166664568298827e-2;

// Philox4x32: its two multipliers and the steps of its two keys.
export let PHILOX_M0: i32 = 0xd2511f53;
export let PHILOX_M1: i32 = 0xcd9e8d57;
export let PHILOX_W0: i32 = 0x9e3779b9;
export let PHILOX_W1: i32 = 0xbb67ae85;
