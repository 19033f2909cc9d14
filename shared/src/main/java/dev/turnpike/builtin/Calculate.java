package dev.turnpike.builtin;

import com.ezylang.evalex.BaseException;
import com.ezylang.evalex.Expression;
import com.ezylang.evalex.data.EvaluationValue;
import dev.turnpike.tool.Describe;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.tool.ToolText;
import java.math.BigDecimal;
import java.math.MathContext;

/// Arithmetic, which a model gets wrong. Bounded in everything: length, digits, exponent, and so time.
final class Calculate implements Tool<Calculate.Arguments> {
    private static final int MAX_EXPRESSION_CHARS = 1_000;

    /// Fewer digits than are calculated with: 1/3*3 is 1.
    private static final MathContext SHOWN = new MathContext(30);

    record Arguments(
            @Describe("for example (1.5 + 2^10) / sqrt(7); numbers without thousands separators")
            String expression) {}

    @Override
    public String name() {
        return "calculate";
    }

    @Override
    public String description() {
        // Spelled out, because every model call shows it and loading the functions for their names takes 20 ms.
        return "Calculates exactly, with up to 100 digits. Operators + - * / % ^, constants pi and e, functions abs,"
            + " acos, asin, atan, avg, ceil, cos, fact, floor, ln, log10, max, min, round, sin, sqrt, sum, tan; angles"
            + " are in radians.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public Kind kind() {
        return Kind.BUILT_IN;
    }

    @Override
    public Effect effect() {
        return Effect.READ_ONLY;
    }

    @Override
    public String call(Arguments arguments, ToolContext context) throws ToolException {
        String expression = arguments.expression();
        if (expression.length() > MAX_EXPRESSION_CHARS) {
            throw new ToolException("an expression has at most %,d characters".formatted(MAX_EXPRESSION_CHARS));
        }
        try {
            EvaluationValue result = new Expression(expression, CalculatorSyntax.CONFIGURATION).evaluate();
            return shown(CalculatorSyntax.number(result));
        } catch (BaseException e) {
            throw new ToolException("cannot calculate: %s (at character %d)"
                    .formatted(ToolText.head(String.valueOf(e.getMessage()), 200), e.getStartPosition()));
        } catch (NumberFormatException _) {
            throw new ToolException("cannot calculate: a number is malformed or far too large");
        } catch (ArithmeticException e) {
            throw new ToolException("cannot calculate: " + e.getMessage());
        }
    }

    /// Whole numbers in full as far as they are exact, others with 30 digits; an exponent instead of many zeros.
    private static String shown(BigDecimal result) {
        BigDecimal exact = result.stripTrailingZeros();
        int wholeDigits = exact.precision() - exact.scale();
        if (exact.scale() <= 0 && wholeDigits <= Arithmetic.PRECISION.getPrecision()) {
            return exact.toPlainString();
        }
        BigDecimal rounded = exact.round(SHOWN).stripTrailingZeros();
        boolean plain = wholeDigits <= SHOWN.getPrecision() && wholeDigits > -10;
        return plain ? rounded.toPlainString() : rounded.toString();
    }
}
