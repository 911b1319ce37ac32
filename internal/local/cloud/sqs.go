package cloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// serveSQS answers the part of SQS (JSON protocol) that one needs to look into a dead-letter queue and to empty it.
func (c *Cloud) serveSQS(w http.ResponseWriter, operation string, body []byte) {
	var in struct {
		QueueName, QueueUrl, QueueNamePrefix, MessageBody, ReceiptHandle string
		MaxNumberOfMessages                                              int
		VisibilityTimeout                                                *int
	}
	if err := json.Unmarshal(body, &in); err != nil {
		awsError(w, http.StatusBadRequest, "com.amazonaws.sqs#InvalidRequest", "the request is not JSON")
		return
	}
	if operation == "ListQueues" {
		urls := []string{}
		for _, q := range c.Queues() {
			if strings.HasPrefix(q.Name, in.QueueNamePrefix) {
				urls = append(urls, c.queueURL(q))
			}
		}
		writeJSON(w, http.StatusOK, map[string]any{"QueueUrls": urls})
		return
	}
	name := in.QueueName
	if name == "" {
		name = path.Base(in.QueueUrl)
	}
	var q *Queue
	for _, one := range c.Queues() {
		if one.Name == name {
			q = one
		}
	}
	if q == nil {
		w.Header().Set("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")
		awsError(w, http.StatusBadRequest, "com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
		return
	}
	out, err := any(struct{}{}), error(nil)
	switch operation {
	case "GetQueueUrl":
		out = map[string]string{"QueueUrl": c.queueURL(q)}
	case "GetQueueAttributes":
		out, err = c.queueAttributes(q)
	case "SendMessage":
		var m Message
		m, err = q.Send([]byte(in.MessageBody))
		out = map[string]string{"MessageId": m.ID, "MD5OfMessageBody": md5Hex(in.MessageBody)}
	case "ReceiveMessage":
		visibility := 30 * time.Second
		if in.VisibilityTimeout != nil {
			visibility = time.Duration(*in.VisibilityTimeout) * time.Second
		}
		out, err = receive(q, max(in.MaxNumberOfMessages, 1), visibility)
	case "ChangeMessageVisibility":
		id, _, _ := strings.Cut(in.ReceiptHandle, "#")
		if in.VisibilityTimeout == nil {
			awsError(w, http.StatusBadRequest, "com.amazonaws.sqs#MissingParameter", "The request must contain the parameter VisibilityTimeout.")
			return
		}
		q.Hide(id, time.Duration(*in.VisibilityTimeout)*time.Second)
	case "DeleteMessage":
		id, _, _ := strings.Cut(in.ReceiptHandle, "#")
		err = q.Delete(id)
	default:
		awsError(w, http.StatusBadRequest, "com.amazonaws.sqs#UnsupportedOperation", fmt.Sprintf("the laptop does not know %s of SQS", operation))
		return
	}
	if err != nil {
		awsError(w, http.StatusInternalServerError, "com.amazonaws.sqs#InternalError", err.Error())
		return
	}
	writeJSON(w, http.StatusOK, out)
}

func receive(q *Queue, max int, visibility time.Duration) (any, error) {
	received, err := q.Receive(max, visibility)
	if err != nil || len(received) == 0 {
		return struct{}{}, err
	}
	type message struct {
		MessageId, ReceiptHandle, MD5OfBody, Body string
		Attributes                                map[string]string
	}
	var list []message
	for _, m := range received {
		list = append(list, message{m.ID, m.Handle, md5Hex(m.Text()), m.Text(), map[string]string{
			"SentTimestamp":           strconv.FormatInt(m.Sent.UnixMilli(), 10),
			"ApproximateReceiveCount": strconv.Itoa(m.Received),
		}})
	}
	return map[string]any{"Messages": list}, nil
}

func (c *Cloud) queueAttributes(q *Queue) (any, error) {
	visible, invisible, err := q.counts()
	return map[string]any{"Attributes": map[string]string{
		"QueueArn":                              q.ARN,
		"ApproximateNumberOfMessages":           strconv.Itoa(visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(invisible),
		"MessageRetentionPeriod":                strconv.Itoa(int(q.Retention.Seconds())),
	}}, err
}

// queueURL leads to this endpoint, so that a client may follow it.
func (c *Cloud) queueURL(q *Queue) string {
	return c.cfg.Endpoint + "/" + c.cfg.Template.Account + "/" + q.Name
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	w.Write(body)
}

// awsError writes an error in the JSON protocols' shape.
func awsError(w http.ResponseWriter, status int, kind, message string) {
	short := kind[strings.LastIndex(kind, "#")+1:]
	w.Header().Set("X-Amzn-Errortype", short)
	writeJSON(w, status, map[string]string{"__type": kind, "message": message, "Message": message})
}
