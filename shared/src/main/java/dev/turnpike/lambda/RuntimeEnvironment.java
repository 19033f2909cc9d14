package dev.turnpike.lambda;

import java.util.Map;

/// What Lambda tells an environment about itself, through its environment variables.
///
/// @param runtimeApi `host:port` of the Runtime API
/// @param snapStart whether this start is to be made into a snapshot
/// @param memoryLimitMegabytes all of the environment's memory, of which the heap is a part
public record RuntimeEnvironment(
        String runtimeApi,
        boolean snapStart,
        String functionName,
        String functionVersion,
        int memoryLimitMegabytes,
        String logGroup,
        String logStream) {

    /// Reads it from variables with Lambda's names. All but the address of the Runtime API may be absent, as they
    /// are when a function is started by hand.
    ///
    /// @throws IllegalArgumentException if `AWS_LAMBDA_RUNTIME_API` is absent
    public static RuntimeEnvironment from(Map<String, String> variables) {
        String runtimeApi = variables.get("AWS_LAMBDA_RUNTIME_API");
        if (runtimeApi == null) {
            throw new IllegalArgumentException(
                    "AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda, or by the local stack");
        }
        return new RuntimeEnvironment(
                runtimeApi,
                "snap-start".equals(variables.get("AWS_LAMBDA_INITIALIZATION_TYPE")),
                variables.getOrDefault("AWS_LAMBDA_FUNCTION_NAME", "local"),
                variables.getOrDefault("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                Integer.parseInt(variables.getOrDefault("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0")),
                variables.getOrDefault("AWS_LAMBDA_LOG_GROUP_NAME", ""),
                variables.getOrDefault("AWS_LAMBDA_LOG_STREAM_NAME", ""));
    }
}
