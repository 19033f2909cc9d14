package dev.turnpike.builtin;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The operators and functions of the calculator: decimal, with 100 digits.
///
/// Every number that goes into one or comes out is [#bounded], so none can be made to run long or to fill the heap.
/// What cannot be calculated throws an [ArithmeticException] in words for the model.
final class Arithmetic {
    static final MathContext PRECISION = new MathContext(100);

    private static final int MAX_EXPONENT = 1_000;
    private static final int MAX_FACTORIAL = 400;
    private static final int MAX_DECIMALS = 100;

    static final Map<String, UnaryOperator<BigDecimal>> SIGNS =
            Map.of("-", BigDecimal::negate, "+", UnaryOperator.identity());

    static final Map<String, BinaryOperator<BigDecimal>> OPERATORS = Map.of(
            "+", (a, b) -> a.add(b, PRECISION),
            "-", (a, b) -> a.subtract(b, PRECISION),
            "*", (a, b) -> a.multiply(b, PRECISION),
            "/", Arithmetic::quotient,
            "%", (a, b) -> a.remainder(nonZero(b)),
            "^", Arithmetic::power);

    /// By name, in alphabetical order.
    static final Map<String, Call> FUNCTIONS = Collections.unmodifiableMap(functions());

    private Arithmetic() {}

    /// @param least arguments that it needs; it takes more only when `more` is set
    record Call(int least, boolean more, Function<List<BigDecimal>, BigDecimal> of) {}

    /// @throws ArithmeticException when the number is too large or too close to zero to calculate with
    static BigDecimal bounded(BigDecimal number) {
        if (number.signum() == 0) {
            return BigDecimal.ZERO;
        }
        long exponent = (long) number.precision() - number.scale();
        if (Math.abs(exponent) > MAX_EXPONENT) {
            throw new ArithmeticException(
                    "a number is beyond 10^%d or closer to zero than 10^-%1$d".formatted(MAX_EXPONENT));
        }
        return number;
    }

    private static Map<String, Call> functions() {
        Map<String, Call> functions = new TreeMap<>();
        functions.put("abs", one(BigDecimal::abs));
        functions.put("ceil", one(a -> a.setScale(0, RoundingMode.CEILING)));
        functions.put("floor", one(a -> a.setScale(0, RoundingMode.FLOOR)));
        functions.put("round", new Call(2, false, Arithmetic::round));
        functions.put("sqrt", one(a -> a.signum() < 0 ? undefined() : a.sqrt(PRECISION)));
        functions.put("fact", one(Arithmetic::factorial));
        functions.put("ln", real(Math::log));
        functions.put("log10", real(Math::log10));
        functions.put("sin", real(Math::sin));
        functions.put("cos", real(Math::cos));
        functions.put("tan", real(Math::tan));
        functions.put("asin", real(Math::asin));
        functions.put("acos", real(Math::acos));
        functions.put("atan", real(Math::atan));
        functions.put("min", new Call(1, true, Collections::min));
        functions.put("max", new Call(1, true, Collections::max));
        functions.put("sum", new Call(1, true, Arithmetic::sum));
        functions.put("avg", new Call(1, true, all -> quotient(sum(all), BigDecimal.valueOf(all.size()))));
        return functions;
    }

    private static Call one(UnaryOperator<BigDecimal> function) {
        return new Call(1, false, arguments -> function.apply(arguments.getFirst()));
    }

    /// For what has no exact result anyway: 15 digits or so.
    private static Call real(DoubleUnaryOperator function) {
        return one(a -> finite(function.applyAsDouble(a.doubleValue())));
    }

    private static BigDecimal quotient(BigDecimal a, BigDecimal b) {
        return a.divide(nonZero(b), PRECISION);
    }

    private static BigDecimal power(BigDecimal base, BigDecimal exponent) {
        BigDecimal plain = exponent.stripTrailingZeros();
        if (plain.scale() > 0) {
            return finite(Math.pow(base.doubleValue(), exponent.doubleValue()));
        }
        int times = whole(plain, -999_999_999, 999_999_999, "an exponent");
        try {
            BigDecimal power = base.pow(Math.abs(times), PRECISION);
            return times < 0 ? quotient(BigDecimal.ONE, power) : power;
        } catch (ArithmeticException _) {
            throw new ArithmeticException(
                    base.signum() == 0 ? "division by zero" : "a power is too large or too small");
        }
    }

    private static BigDecimal round(List<BigDecimal> arguments) {
        int decimals = whole(arguments.get(1), -MAX_DECIMALS, MAX_DECIMALS, "the decimals of round");
        return arguments.get(0).setScale(decimals, RoundingMode.HALF_UP);
    }

    private static BigDecimal factorial(BigDecimal of) {
        BigDecimal product = BigDecimal.ONE;
        for (int i = whole(of, 0, MAX_FACTORIAL, "the argument of fact"); i > 1; i--) {
            product = product.multiply(BigDecimal.valueOf(i), PRECISION);
        }
        return product;
    }

    private static BigDecimal sum(List<BigDecimal> all) {
        return all.stream().reduce(BigDecimal.ZERO, (a, b) -> a.add(b, PRECISION));
    }

    private static int whole(BigDecimal number, int least, int most, String what) {
        if (number.stripTrailingZeros().scale() > 0
                || number.compareTo(BigDecimal.valueOf(least)) < 0
                || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw new ArithmeticException("%s is a whole number from %d to %d".formatted(what, least, most));
        }
        return number.intValueExact();
    }

    private static BigDecimal nonZero(BigDecimal number) {
        if (number.signum() == 0) {
            throw new ArithmeticException("division by zero");
        }
        return number;
    }

    private static BigDecimal finite(double number) {
        return Double.isFinite(number) ? BigDecimal.valueOf(number) : undefined();
    }

    private static BigDecimal undefined() {
        throw new ArithmeticException("the result is no real number, or too large for a function that is not exact");
    }
}
