// Command gorilla is what the course page builds with gorilla/websocket: an upgrader with buffers of
// 1024 bytes, a loop that reads a message and writes it back. The page prints each message. It does
// not check texts, which the library leaves to those who use it.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// Messages of up to this size are printed; nobody prints a megabyte.
const printed = 1024

var (
	checking = flag.Bool("check", false, "close with 1007 for a text that is not UTF-8")
	deflate  = flag.Bool("deflate", false, "negotiate permessage-deflate")
	printing = flag.Bool("print", false, "print messages of up to 1 KiB")
)

func main() {
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: gorilla [-check] [-deflate] [-print] PORT")
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
		if *checking && kind == websocket.TextMessage && !utf8.Valid(message) {
			goodbye := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "no UTF-8")
			return connection.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
		}
		if *printing && len(message) <= printed {
			fmt.Printf("received: %s\n", message)
		}
		if err := connection.WriteMessage(kind, message); err != nil {
			return err
		}
	}
}
