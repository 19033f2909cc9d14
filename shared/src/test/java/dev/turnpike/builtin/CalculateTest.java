package dev.turnpike.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tool.Calls;
import dev.turnpike.tool.ToolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The timeout is what fails when an expression is not bounded.
@Timeout(10)
class CalculateTest {
    private final Calculate calculate = new Calculate();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.1 + 0.2             | 0.3",
                "1/3                   | 0.333333333333333333333333333333",
                "1/3*3                 | 1",
                "2^128                 | 340282366920938463463374607431768211456",
                "2^-3                  | 0.125",
                "10^-50                | 1E-50",
                "-2^2                  | -4",
                "2^3^2                 | 512",
                "2^-3^2                | 0.001953125",
                "2^0.5                 | 1.4142135623730951",
                "2^1000                | 1.07150860718626732094842504906E+301",
                "0^0                   | 1",
                "17 % 5                | 2",
                "-7 % 3                | -1",
                "2(3 + 4)              | 14",
                "1e3                   | 1000",
                "fact(30)              | 265252859812191058636308480000000",
                "sqrt(2)               | 1.41421356237309504880168872421",
                "sqrt(1e-500)          | 1E-250",
                "round(2.345, 2)       | 2.35",
                "round(-1234.5, -2)    | -1200",
                "floor(-1.5)           | -2",
                "ceil(1.2)             | 2",
                "abs(-3)               | 3",
                "MAX(1, 3, 2) - min(4) | -1",
                "avg(1, 2, 4.5)        | 2.5",
                "sum(1, 2, 3)          | 6",
                "sin(pi/2) + ln(e)     | 2",
                "log10(1000)           | 3",
            })
    void calculates(String expression, String result) throws ToolException {
        assertThat(call(expression)).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                 | Empty expression",
                "1 +                | Missing second operand",
                "(1                 | Closing brace not found",
                "x + 1              | 'x' not found",
                "1,000 + 1          | Too many operands",
                "log(3)             | Undefined function 'log'",
                "DT_NOW()           | Undefined function 'DT_NOW'",
                "RANDOM()           | Undefined function 'RANDOM'",
                "\"a\" + 1          | only numbers",
                "3 > 2              | Undefined operator",
                "1 / 0              | division by zero",
                "1 % 0              | division by zero",
                "0^-1               | division by zero",
                "min()              | needs an argument",
                "sqrt(-1)           | no real number",
                "(-8)^(1/3)         | no real number",
                "ln(0)              | no real number",
                "fact(3.5)          | whole number from 0 to 400",
                "fact(fact(10))     | whole number from 0 to 400",
                "round(1, 99999999) | whole number from -100 to 100",
            })
    void saysWhatItCannotCalculate(String expression, String reason) {
        assertThatThrownBy(() -> call(expression))
                .isInstanceOf(ToolException.class)
                .hasMessageStartingWith("cannot calculate: ")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9^9^9^9",
                "9^9^9",
                "1.5^999999999",
                "9^99999999999",
                "0.1^9999",
                "1e999999999",
                "floor(1e999999999)",
                "1e-999999999 + 1",
                "round(1e999999999, 2)",
                "1e999999999 % 7",
                "1e99999999999999999999",
            })
    void whatWouldGrowWithoutBoundIsRefusedAtOnce(String expression) {
        assertThatThrownBy(() -> call(expression)).isInstanceOf(ToolException.class);
    }

    @Test
    void theLongestAndDeepestExpressionsAreCalculated() throws ToolException {
        assertThat(call("1" + "+1".repeat(499))).isEqualTo("500");
        assertThat(call("(".repeat(450) + "1" + ")".repeat(450))).isEqualTo("1");
        assertThat(call("-".repeat(900) + "1")).isEqualTo("1");
        assertThatThrownBy(() -> call("1" + "+1".repeat(500)))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("at most 1,000 characters");
    }

    @Test
    void theDescriptionNamesEveryFunction() {
        assertThat(calculate.description()).contains("functions " + String.join(", ", Arithmetic.FUNCTIONS.keySet()));
    }

    private String call(String expression) throws ToolException {
        return calculate.call(new Calculate.Arguments(expression), Calls.CONTEXT);
    }
}
