package dev.turnpike.builtin;

import com.ezylang.evalex.Expression;
import com.ezylang.evalex.config.ExpressionConfiguration;
import com.ezylang.evalex.config.MapBasedFunctionDictionary;
import com.ezylang.evalex.config.MapBasedOperatorDictionary;
import com.ezylang.evalex.data.EvaluationValue;
import com.ezylang.evalex.functions.FunctionIfc;
import com.ezylang.evalex.functions.FunctionParameterDefinition;
import com.ezylang.evalex.operators.OperatorIfc;
import com.ezylang.evalex.parser.Token;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/// All that an expression can say: EvalEx parses it and walks it, [Arithmetic] calculates.
///
/// None of EvalEx's own operators and functions is there: some read the clock or build texts, its factorial drops
/// fractions, its sine takes degrees, and a negative power loses digits.
final class CalculatorSyntax {
    /// A sign and a power are one level, grouped from the right: -2^2 is -4 and 2^-2 is 0.25, as people write them.
    private static final int SIGN_AND_POWER = OperatorIfc.OPERATOR_PRECEDENCE_UNARY;

    static final ExpressionConfiguration CONFIGURATION = configuration();

    private CalculatorSyntax() {}

    /// @throws ArithmeticException when it is no number, or not within bounds
    static BigDecimal number(EvaluationValue value) {
        if (!value.isNumberValue()) {
            throw new ArithmeticException("only numbers can be calculated with");
        }
        return Arithmetic.bounded(value.getNumberValue());
    }

    private static EvaluationValue value(BigDecimal number) {
        return EvaluationValue.numberValue(Arithmetic.bounded(number));
    }

    private static ExpressionConfiguration configuration() {
        var operators = new MapBasedOperatorDictionary();
        Arithmetic.SIGNS.forEach((sign, of) -> operators.addOperator(sign, new Prefix(of)));
        Arithmetic.OPERATORS.forEach((sign, of) -> operators.addOperator(sign, new Infix(precedence(sign), of)));
        var functions = new MapBasedFunctionDictionary();
        Arithmetic.FUNCTIONS.forEach((name, call) -> functions.addFunction(name, new Named(call)));
        var constants = new TreeMap<String, EvaluationValue>(String.CASE_INSENSITIVE_ORDER);
        constants.put("pi", ExpressionConfiguration.StandardConstants.get("PI"));
        constants.put("e", ExpressionConfiguration.StandardConstants.get("E"));
        return ExpressionConfiguration.builder()
                .operatorDictionary(operators)
                .functionDictionary(functions)
                .defaultConstants(constants)
                .mathContext(Arithmetic.PRECISION)
                .arraysAllowed(false)
                .structuresAllowed(false)
                .build();
    }

    private static int precedence(String operator) {
        return switch (operator) {
            case "+", "-" -> OperatorIfc.OPERATOR_PRECEDENCE_ADDITIVE;
            case "^" -> SIGN_AND_POWER;
            default -> OperatorIfc.OPERATOR_PRECEDENCE_MULTIPLICATIVE;
        };
    }

    private record Infix(int precedence, BinaryOperator<BigDecimal> of) implements Operator {
        @Override
        public boolean isInfix() {
            return true;
        }

        @Override
        public boolean isLeftAssociative() {
            return precedence != SIGN_AND_POWER;
        }

        @Override
        public int getPrecedence() {
            return precedence;
        }

        @Override
        public EvaluationValue evaluate(Expression expression, Token token, EvaluationValue... operands) {
            return value(of.apply(number(operands[0]), number(operands[1])));
        }
    }

    private record Prefix(UnaryOperator<BigDecimal> of) implements Operator {
        @Override
        public boolean isPrefix() {
            return true;
        }

        @Override
        public int getPrecedence() {
            return SIGN_AND_POWER;
        }

        @Override
        public EvaluationValue evaluate(Expression expression, Token token, EvaluationValue... operands) {
            return value(of.apply(number(operands[0])));
        }
    }

    private interface Operator extends OperatorIfc {
        @Override
        default boolean isInfix() {
            return false;
        }

        @Override
        default boolean isPrefix() {
            return false;
        }

        @Override
        default boolean isPostfix() {
            return false;
        }

        @Override
        default boolean isLeftAssociative() {
            return false;
        }

        @Override
        default int getPrecedence(ExpressionConfiguration configuration) {
            return getPrecedence();
        }

        @Override
        default boolean isOperandLazy() {
            return false;
        }
    }

    private record Named(Arithmetic.Call call) implements FunctionIfc {
        @Override
        public List<FunctionParameterDefinition> getFunctionParameterDefinitions() {
            FunctionParameterDefinition number = FunctionParameterDefinition.builder()
                    .name("number")
                    .isVarArg(call.more())
                    .build();
            return Collections.nCopies(call.least(), number);
        }

        @Override
        public EvaluationValue evaluate(Expression expression, Token token, EvaluationValue... arguments) {
            // The parser counts the arguments of all but those that take any number.
            if (arguments.length < call.least()) {
                throw new ArithmeticException("a function needs an argument");
            }
            return value(call.of()
                    .apply(Arrays.stream(arguments)
                            .map(CalculatorSyntax::number)
                            .toList()));
        }

        @Override
        public void validatePreEvaluation(Token token, EvaluationValue... arguments) {
            // number() looks at every argument
        }

        @Override
        public boolean hasVarArgs() {
            return call.more();
        }
    }
}
