package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// wakeTime is how long a launch waits for the sender to be called; its minute comes anyway.
const wakeTime = 3 * time.Second

// waker returns a function that calls the sender without waiting for what it does; nil without a name.
func waker(c aws.Config, function string) func(context.Context) error {
	if function == "" {
		return nil
	}
	client := lambda.NewFromConfig(c)
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, wakeTime)
		defer cancel()
		_, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, InvocationType: types.InvocationTypeEvent, Payload: []byte("{}")})
		if err != nil {
			return fmt.Errorf("call the sender: %w", err)
		}
		return nil
	}
}
