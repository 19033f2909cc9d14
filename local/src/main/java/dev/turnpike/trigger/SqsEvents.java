package dev.turnpike.trigger;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.MessageAttribute;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.turnpike.emulator.Queue;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Received messages as the event that a function gets, and that event as the JSON that Lambda sends.
public final class SqsEvents {
    private static final JsonMapper MAPPER = new JsonMapper();

    private SqsEvents() {}

    static SQSEvent of(List<Message> messages, Queue queue) {
        SQSEvent event = new SQSEvent();
        event.setRecords(
                messages.stream().map(message -> record(message, queue)).toList());
        return event;
    }

    private static SQSMessage record(Message message, Queue queue) {
        SQSMessage record = new SQSMessage();
        record.setMessageId(message.messageId());
        record.setReceiptHandle(message.receiptHandle());
        record.setBody(message.body());
        record.setMd5OfBody(message.md5OfBody());
        record.setAttributes(message.attributesAsStrings());
        record.setMessageAttributes(message.messageAttributes().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, attribute -> attribute(attribute.getValue()))));
        record.setEventSource("aws:sqs");
        record.setEventSourceArn(queue.arn());
        record.setAwsRegion(queue.arn().split(":", -1)[3]);
        return record;
    }

    private static MessageAttribute attribute(MessageAttributeValue value) {
        MessageAttribute attribute = new MessageAttribute();
        attribute.setDataType(value.dataType());
        attribute.setStringValue(value.stringValue());
        attribute.setBinaryValue(
                value.binaryValue() == null ? null : value.binaryValue().asByteBuffer());
        attribute.setStringListValues(List.of());
        attribute.setBinaryListValues(List.of());
        return attribute;
    }

    public static byte[] toJson(SQSEvent event) {
        ObjectNode json = MAPPER.createObjectNode();
        event.getRecords().forEach(record -> putRecord(json.withArray("Records").addObject(), record));
        return MAPPER.writeValueAsBytes(json);
    }

    private static void putRecord(ObjectNode json, SQSMessage record) {
        json.put("messageId", record.getMessageId())
                .put("receiptHandle", record.getReceiptHandle())
                .put("body", record.getBody());
        ObjectNode attributes = json.putObject("attributes");
        record.getAttributes().forEach(attributes::put);
        ObjectNode messageAttributes = json.putObject("messageAttributes");
        record.getMessageAttributes().forEach((name, value) -> putAttribute(messageAttributes.putObject(name), value));
        json.put("md5OfBody", record.getMd5OfBody())
                .put("eventSource", record.getEventSource())
                .put("eventSourceARN", record.getEventSourceArn())
                .put("awsRegion", record.getAwsRegion());
    }

    private static void putAttribute(ObjectNode json, MessageAttribute attribute) {
        if (attribute.getStringValue() != null) {
            json.put("stringValue", attribute.getStringValue());
        }
        if (attribute.getBinaryValue() != null) {
            json.put("binaryValue", attribute.getBinaryValue().array());
        }
        json.putArray("stringListValues");
        json.putArray("binaryListValues");
        json.put("dataType", attribute.getDataType());
    }
}
