// Command gorilla is what the course page builds with gorilla/websocket: an upgrader with buffers of
// 1024 bytes, a loop that reads a message, prints it and writes it back.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"

	"github.com/gorilla/websocket"
)

// Messages of up to this size are printed; nobody prints a megabyte.
const printed = 1024

func main() {
	deflate := flag.Bool("deflate", false, "negotiate permessage-deflate")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: gorilla [-deflate] PORT")
	}
	upgrader := websocket.Upgrader{
		ReadBufferSize:    1024,
		WriteBufferSize:   1024,
		EnableCompression: *deflate,
		CheckOrigin:       func(*http.Request) bool { return true },
	}
	http.HandleFunc("/ws", func(response http.ResponseWriter, request *http.Request) {
		connection, err := upgrader.Upgrade(response, request, nil)
		if err != nil {
			log.Println("no upgrade:", err)
			return
		}
		defer connection.Close()
		if err := echo(connection); err != nil {
			log.Println("over:", err)
		}
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+flag.Arg(0), nil))
}

// echo sends every message back until reading or writing fails, as it does at the end.
func echo(connection *websocket.Conn) error {
	for {
		kind, message, err := connection.ReadMessage()
		if err != nil {
			return err
		}
		if len(message) <= printed {
			fmt.Printf("received: %s\n", message)
		}
		if err := connection.WriteMessage(kind, message); err != nil {
			return err
		}
	}
}
